/** sock_*: the sockets that the guest was given. */
import { receivedTruncated } from '../../native/data.ts';
import { address } from '../kernel/memory.ts';
import { EFAULT, EINVAL, EMFILE, fdflags, rights as r, riflags, roflags, sdflags, wasiErrno } from './abi.ts';
import { type Context, descriptorWith } from './context.ts';
import { connectionRights, Descriptor } from './descriptor.ts';

/** Linux's shutdown(2) numbers by WASI's flags; 0 shuts nothing. */
const linuxHow = [undefined, 0, 1, 2] as const;
const anyRiflags: number = riflags.RECV_PEEK | riflags.RECV_WAITALL;

export interface SockFunctions {
  sock_accept(fd: number, flags: number, accepted: number): number;
  sock_recv(fd: number, iovs: number, count: number, flags: number, received: number, outFlags: number): number;
  sock_send(fd: number, iovs: number, count: number, flags: number, sent: number): number;
  sock_shutdown(fd: number, how: number): number;
}

export function sockFunctions(context: Context): SockFunctions {
  const { memory, descriptors } = context;
  return {
    sock_accept(fd, flags, accepted) {
      const at = address(accepted);
      if (!memory.has(at, 4)) return EFAULT;
      if (flags >>> 0 !== 0 && flags !== fdflags.NONBLOCK) return EINVAL;
      const listener = descriptorWith(context, fd, r.SOCK_ACCEPT);
      if (typeof listener === 'number') return wasiErrno(listener);
      // Before accepting: a connection that has no number would be lost.
      if (!descriptors.hasRoom()) return EMFILE;
      const file = listener.file.accept(flags === fdflags.NONBLOCK);
      if (typeof file === 'number') return wasiErrno(file);
      const options = { rights: connectionRights, inheriting: 0, fdflags: flags, preopen: null };
      memory.setU32(at, descriptors.add(new Descriptor(file, options)));
      return 0;
    },

    sock_recv(fd, iovs, count, flags, received, outFlags) {
      const [at, flagsAt] = [address(received), address(outFlags)];
      if (!memory.has(at, 4) || !memory.has(flagsAt, 2)) return EFAULT;
      if (flags >>> 0 > anyRiflags) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.FD_READ);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      const result = descriptor.file.receive(memory.buffer, address(iovs), address(count), flags);
      if (result < 0) return wasiErrno(result);
      const truncated = result >= receivedTruncated;
      memory.setU32(at, truncated ? result - receivedTruncated : result);
      memory.setU16(flagsAt, truncated ? roflags.RECV_DATA_TRUNCATED : 0);
      return 0;
    },

    sock_send(fd, iovs, count, flags, sent) {
      const at = address(sent);
      if (!memory.has(at, 4)) return EFAULT;
      if (flags !== 0) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.FD_WRITE);
      if (typeof descriptor === 'number') return wasiErrno(descriptor);
      const result = descriptor.file.send(memory.buffer, address(iovs), address(count));
      if (result < 0) return wasiErrno(result);
      memory.setU32(at, result);
      return 0;
    },

    sock_shutdown(fd, how) {
      const linux = linuxHow[how & (sdflags.RD | sdflags.WR)];
      if (linux === undefined || how >>> 0 > (sdflags.RD | sdflags.WR)) return EINVAL;
      const descriptor = descriptorWith(context, fd, r.SOCK_SHUTDOWN);
      return wasiErrno(typeof descriptor === 'number' ? descriptor : descriptor.file.shutdown(linux));
    },
  };
}
