/** The one part of undici that we use: a connection's HTTP/1.1. All of it would be a megabyte to load. */
declare module 'undici/lib/dispatcher/client.js' {
  import type { Client } from 'undici';

  const client: typeof Client;
  export default client;
}
