/** `/dev/fd/3`: a file that the caller has opened already. */

/**
 * The descriptor that a path names, or null. It is used as it is: opening the path again is refused for sockets, and
 * sockets are what Node gives a child that is to have a pipe.
 */
export function descriptorOf(path: string): number | null {
  const match = /^\/(?:dev|proc\/self)\/fd\/(\d{1,7})$/.exec(path);
  return match === null ? null : Number(match[1]);
}
