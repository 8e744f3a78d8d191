/** −errno of a socket call → wasi:sockets' error codes. */
import type { NetError } from '../../host/kernel/broker-messages.ts';

/** errno.h, generic; the same on x64 and arm64. */
const byErrno: Readonly<Record<number, NetError>> = {
  1: 'access-denied', // EPERM
  11: 'would-block', // EAGAIN
  12: 'out-of-memory', // ENOMEM
  13: 'access-denied', // EACCES
  22: 'invalid-argument', // EINVAL
  23: 'new-socket-limit', // ENFILE
  24: 'new-socket-limit', // EMFILE
  90: 'datagram-too-large', // EMSGSIZE
  92: 'not-supported', // ENOPROTOOPT
  95: 'not-supported', // EOPNOTSUPP
  97: 'not-supported', // EAFNOSUPPORT
  98: 'address-in-use', // EADDRINUSE
  99: 'address-not-bindable', // EADDRNOTAVAIL
  100: 'remote-unreachable', // ENETDOWN
  101: 'remote-unreachable', // ENETUNREACH
  103: 'connection-aborted', // ECONNABORTED
  104: 'connection-reset', // ECONNRESET
  105: 'out-of-memory', // ENOBUFS
  106: 'invalid-state', // EISCONN
  107: 'invalid-state', // ENOTCONN
  110: 'timeout', // ETIMEDOUT
  111: 'connection-refused', // ECONNREFUSED
  112: 'remote-unreachable', // EHOSTDOWN
  113: 'remote-unreachable', // EHOSTUNREACH
};

export function netErrorOf(result: number): NetError {
  return byErrno[-result] ?? 'unknown';
}
