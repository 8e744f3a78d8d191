/** The rows of the option table about files and listeners: what a guest is granted. */
import { list } from './options-build.ts';
import { parseListen } from './options-listen.ts';
import * as paths from './options-paths.ts';
import type { ListTable } from './options-types.ts';

export const grantOptions: Pick<ListTable, 'dir' | 'volume' | 'tmpfs' | 'listen'> = {
  dir: list({
    name: 'dir',
    metavar: 'HOST[::GUEST][:ro]',
    topic: 'files',
    parse: paths.parseDir,
    identity: (dir) => `guest path ${dir.guest}`,
    schema: paths.dirSchema,
    completion: 'directory',
    help: 'give the guest a directory; :ro makes it read-only',
    detail:
      'GUEST is absolute or ".", where relative paths start. Without it the guest sees the same path: --dir . is ".", --dir data is /data. ' +
      'Each guest path can be given once.',
    alsoKnownAs: ['mapdir', 'preopen', 'mount'],
  }),
  volume: list({
    name: 'volume',
    short: 'v',
    metavar: 'HOST:GUEST[:ro]',
    topic: 'files',
    parse: paths.parseVolume,
    identity: (dir) => `guest path ${dir.guest}`,
    schema: { type: 'string', minLength: 1 },
    completion: 'directory',
    help: "the same in Docker's spelling",
    detail: 'HOST starts with / or ./ or ../ because there are no named volumes.',
  }),
  tmpfs: list({
    name: 'tmpfs',
    metavar: 'GUEST[:SIZE]',
    topic: 'files',
    parse: paths.parseTmpfs,
    identity: (tmpfs) => `guest path ${tmpfs.guest}`,
    schema: paths.tmpfsSchema,
    help: 'an empty directory in memory, gone afterwards',
    detail: 'SIZE is at most --max-disk, which is also the default.',
  }),
  listen: list({
    name: 'listen',
    metavar: 'ADDRESS:PORT',
    topic: 'network',
    parse: parseListen,
    identity: (listener) => `listener ${listener.host} port ${listener.port}`,
    schema: { type: 'string', minLength: 1 },
    help: 'give the guest a listening TCP socket',
    detail:
      'The sockets become descriptors 3, 4 and so on in their order, before the directories. The guest can accept on them and do nothing else with the network. ' +
      'A program made by Go gets them non-blocking, as its net package expects; others wait in accept.',
    alsoKnownAs: ['tcplisten'],
  }),
};
