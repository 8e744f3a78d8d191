/** A network broker that is not locked up: its channel is descriptor 3, its policy the first argument. */
import { loadNative } from '../../../native/load.ts';
import { serve } from '../../../runtime/net/broker.ts';
import { Names } from '../../../runtime/net/names.ts';

const hosts = new Map([
  [
    'two.example',
    [
      [127, 0, 0, 1],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ],
  ],
]);
const config = JSON.stringify({
  net: JSON.parse(process.argv[2] ?? ''),
  channelFd: 0,
  published: [],
  maxSockets: 8,
  tlsCa: null,
});
serve(loadNative(), {
  delivery: { controlFd: -1, config: new TextEncoder().encode(config), fds: [3] },
  names: new Names({ servers: ['127.0.0.1'], search: [], ndots: 1, hosts }),
  http: null,
  tls: null,
  send: () => {},
});
