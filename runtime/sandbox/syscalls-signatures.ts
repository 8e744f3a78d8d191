/**
 * Argument names of the calls that a policy may check, in the order of the registers; the same on x64 and arm64.
 *
 * `:int` marks what the kernel declares as a 32-bit type. It drops the register's upper half (SYSCALL_DEFINE casts),
 * and the ABI lets compilers leave garbage there, so rules on it look at the lower half only: exactly what the kernel
 * sees. All others are compared in full.
 */
const signatures = {
  mmap: 'addr length prot flags fd offset',
  mprotect: 'addr len prot',
  madvise: 'addr length advice:int',
  futex: 'uaddr op:int val:int timeout uaddr2 val3:int',
  getrandom: 'buf buflen flags:int',
  clock_gettime: 'clockid:int tp',
  newfstatat: 'dirfd:int pathname statbuf flags:int',
  lseek: 'fd:int offset whence:int',
  fcntl: 'fd:int cmd:int arg',
  openat2: 'dirfd:int pathname how size',
  mkdirat: 'dirfd:int pathname mode:int',
  unlinkat: 'dirfd:int pathname flags:int',
  renameat2: 'olddirfd:int oldpath newdirfd:int newpath flags:int',
  linkat: 'olddirfd:int oldpath newdirfd:int newpath flags:int',
  symlinkat: 'target newdirfd:int linkpath',
  readlinkat: 'dirfd:int pathname buf bufsiz:int',
  utimensat: 'dirfd:int pathname times flags:int',
  accept4: 'sockfd:int addr addrlen flags:int',
  recvfrom: 'sockfd:int buf size flags:int addr addrlen',
  recvmsg: 'sockfd:int msg flags:int',
  sendto: 'sockfd:int buf len flags:int addr addrlen:int',
  sendmsg: 'sockfd:int msg flags:int',
  shutdown: 'sockfd:int how:int',
  getsockopt: 'sockfd:int level:int optname:int optval optlen',
  fallocate: 'fd:int mode:int offset len',
  fadvise64: 'fd:int offset len advice:int',
  preadv2: 'fd vec vlen pos_l pos_h flags:int',
  pwritev2: 'fd vec vlen pos_l pos_h flags:int',
  socket: 'domain:int type:int protocol:int',
  socketpair: 'domain:int type:int protocol:int sv',
  setsockopt: 'sockfd:int level:int optname:int optval optlen:int',
  ioctl: 'fd:int request:int argp',
  prctl: 'option:int arg2 arg3 arg4 arg5',
} as const;

export interface Parameter {
  index: number;
  name: string;
  bits: 32 | 64;
}

/** undefined: no argument rules can be made for this call. */
export function parametersOf(call: string): readonly Parameter[] | undefined {
  if (!Object.hasOwn(signatures, call)) return undefined;
  return signatures[call as keyof typeof signatures].split(' ').map((word, index) => {
    const [name = word, type] = word.split(':');
    return { index, name, bits: type === 'int' ? 32 : 64 };
  });
}

export function callsWithSignatures(): string[] {
  return Object.keys(signatures);
}
