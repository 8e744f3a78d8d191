// world: http-command
// Fetches the URL given, sends the answer's text back to it as JSON, and prints both statuses and the second answer.
import { getArguments } from 'wasi:cli/environment@0.2.12';

export const run = {
  async run() {
    const [, url] = getArguments();
    const first = await fetch(url, { headers: { 'x-question': 'why' } });
    const text = await first.text();
    const second = await fetch(url, { method: 'POST', body: JSON.stringify({ text }) });
    console.log(first.status, second.status, await second.text());
  },
};
