// The peer of bench/guests/http-requests.rs: `node undici-requests.mjs AUTHORITY COUNT`, one request after the other.
import { request } from 'undici';

const [authority, count] = process.argv.slice(2);
const start = process.hrtime.bigint();
for (let left = Number(count); left > 0; left--) {
  const { body } = await request(`http://${authority}/`);
  await body.dump();
}
console.error(`request ${Number(process.hrtime.bigint() - start) / Number(count)}`);
process.exit(0);
