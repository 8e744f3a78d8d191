/** Control plane of the seam: one call per container event. Errors are thrown as NativeError. */
import type { Fd } from './native.ts';

/** Index into the descriptors sent beside a plan: numbers differ between sender and receiver, positions do not. */
export type FdIndex = number;

export interface Rlimit {
  resource: number;
  soft: number;
  hard: number;
}

/** A Landlock rule on everything beneath a directory (or on one file), `access` as LANDLOCK_ACCESS_FS_* bits. */
export interface LandlockPathRule {
  fd: FdIndex;
  access: number;
}

/** A Landlock rule on a TCP port, `access` as LANDLOCK_ACCESS_NET_* bits. */
export interface LandlockPortRule {
  port: number;
  access: number;
}

/** A namespace prepared ahead that the child joins; `type` is its CLONE_NEW* flag. */
export interface NamespaceJoin {
  fd: FdIndex;
  type: number;
}

/**
 * All that the child does to itself before the first guest instruction, in the order of `stages.cc`.
 * An empty list, empty string or zero means "nothing to do" for that stage; nothing is optional.
 */
export interface SandboxPlan {
  /** Open cgroup v1 `tasks` files; the child writes "0" to each. (v2 children are cloned into their cgroup.) */
  cgroupTasks: readonly FdIndex[];
  joinNamespaces: readonly NamespaceJoin[];
  /** CLONE_NEW* flags to unshare after the ids are set. */
  unshareFlags: number;
  /** Lines for /proc/self/{uid,gid}_map of the new user namespace, or ''. */
  uidMap: string;
  gidMap: string;
  /** Ids to take, or -1 to keep the caller's. */
  uid: number;
  gid: number;
  hostname: string;
  /** 1: an empty read-only tmpfs becomes the root and the old root is detached. */
  emptyRoot: number;
  /** 1: every capability set emptied, bounding set dropped, securebits locked. */
  dropCapabilities: number;
  noNewPrivs: number;
  /** LANDLOCK_ACCESS_FS_*, LANDLOCK_ACCESS_NET_* and LANDLOCK_SCOPE_* bits to handle; all zero: no ruleset. */
  landlockFs: number;
  landlockNet: number;
  landlockScope: number;
  landlockPaths: readonly LandlockPathRule[];
  landlockPorts: readonly LandlockPortRule[];
  /** What the guest keeps; every other descriptor is closed. */
  keepFds: readonly FdIndex[];
  rlimits: readonly Rlimit[];
  /** struct sock_filter[]; empty: no filter. */
  seccomp: Uint8Array;
  /** 1: the filter asks the supervisor about calls (SECCOMP_RET_USER_NOTIF); its listener is sent on the channel. */
  seccompNotify: number;
}

/** How the process that will become a container is made. */
export interface ForkOptions {
  /** CLONE_NEW* flags of the clone itself (CLONE_NEWPID, CLONE_NEWUSER), or 0. */
  cloneFlags: number;
  /** A cgroup v2 directory to be born in (CLONE_INTO_CGROUP), or -1. */
  cgroupFd: Fd;
  /** CLONE_NEW* flags to unshare while the plan is awaited: what is costly happens beside the supervisor's own work. */
  aheadFlags: number;
  /** 1: enter the empty root in that time too. */
  aheadRoot: number;
  /** 1: the child goes on with its event loop. libuv then gets no io_uring, past which no filter sees. */
  turnsLoop: number;
  /** The child's end of the control channel (SOCK_SEQPACKET); the plan arrives on it. Closed in the parent. */
  controlFd: Fd;
}

/** In the parent. */
export interface ForkedChild {
  role: 'parent';
  pid: number;
  pidfd: Fd;
}

/** In the child: nothing of a plan is known yet. */
export interface ForkedSelf {
  role: 'child';
}

/** A control message that may have brought a descriptor. */
export interface ReceivedDescriptor {
  bytes: Uint8Array;
  fd: Fd;
}

/** How a child ended, and what it used (getrusage(2)). */
export interface ExitStatus {
  /** Exit code, or -1 when a signal ended it. */
  code: number;
  /** Signal number, or 0. */
  signal: number;
  userUs: number;
  systemUs: number;
  maxRssBytes: number;
  minorFaults: number;
  majorFaults: number;
  voluntarySwitches: number;
  involuntarySwitches: number;
}

export interface ControlPlane {
  /** Repairs what fork would break (MADV_DONTFORK, event descriptors) and forks; the child does what is asked ahead. */
  fork(options: ForkOptions): ForkedChild | ForkedSelf;
  /**
   * Whether this is a root that can give a process another user. In a user namespace that has no other user (`unshare
   * -r`) it is not, nor may it call setgroups (user_namespaces(7)).
   */
  canBecomeOthers(): boolean;
  /** Whether one of these small files holds one of these words. A file that is not there holds none. */
  anyHolds(files: readonly string[], words: readonly string[]): boolean;
  /** In the child: waits for the plan and applies every stage. A failing stage is reported and ends the process. */
  awaitPlan(): Uint8Array<ArrayBuffer>;
  /** A connected SOCK_SEQPACKET pair, close-on-exec. */
  controlPair(): [Fd, Fd];
  /** Sends a plan, the config bytes and the descriptors to a forked child. */
  sendPlan(socket: Fd, plan: SandboxPlan, config: Uint8Array, fds: readonly Fd[]): void;
  /** Sends one control message; returns false when the peer is gone. */
  sendMessage(socket: Fd, message: Uint8Array): boolean;
  /** Receives one control message without blocking: bytes, null at end of file, undefined when there is none yet. */
  receiveMessage(socket: Fd): Uint8Array | null | undefined;
  /**
   * The same with room for one descriptor: -1 when the message has none. Only for a container that is to send one, and
   * until it has: what comes later finds no room.
   */
  receiveDescriptor(socket: Fd): ReceivedDescriptor | null | undefined;
  /**
   * Lets the call go on that waits at a seccomp listener, and returns its number; undefined when none waits, null when
   * no process is left that could call. Never blocks.
   */
  continueCall(listener: Fd): number | null | undefined;
  /**
   * Calls back on the event loop whenever the descriptor is readable, or with `writable` writable, until the returned
   * function is called. One watch a descriptor.
   */
  watch(fd: Fd, onReady: () => void, writable?: boolean): () => void;
  /** waitid(2) by pid without blocking: undefined while it runs. */
  reap(pid: number): ExitStatus | undefined;
  /** CPU time that the process has used so far, microseconds (clock_getcpuclockid(3)). */
  cpuTimeUs(pid: number): number;
  /** pidfd_send_signal(2); a process that is gone already counts as success. */
  kill(pidfd: Fd, signal: number): void;
  close(fd: Fd): void;
  /** An anonymous file with these bytes, at offset 0. */
  memfd(name: string, bytes: Uint8Array): Fd;
  /** An anonymous file with another one's first bytes, that nobody can change (memfd_create(2)); ENODATA where it has fewer. */
  sealedCopy(name: string, fd: Fd, length: number): Fd;
  /**
   * A detached copy of the mount at a directory (open_tree(2)) with MOUNT_ATTR_* set, with the mounts beneath it or
   * without; usernsFd −1: no id map.
   */
  cloneTree(fd: Fd, options: { recursive: number; attributes: number; usernsFd: Fd }): Fd;
  /** A detached tmpfs; `mode` like '0755', the owner's ids are kernel ids. */
  tmpfs(options: { sizeBytes: number; inodes: number; uid: number; gid: number; mode: string }): Fd;
  /** A user namespace with these maps, only good for an id-mapped mount (mount_setattr(2)). */
  idmapNamespace(uidMap: string, gidMap: string): Fd;
  /** A listening TCP socket on a numeric address; port 0 picks one. */
  listenTcp(address: string, port: number, backlog: number): Fd;
  /**
   * Address range [start, end) in which V8 will place the machine code of WebAssembly: each new piece beside the one
   * before. Needs one module compiled already; fails otherwise.
   */
  wasmCodeRange(): { start: bigint; end: bigint };
  /** SHA-256 of the file's first bytes, 32 of them; ENODATA where it has fewer. */
  digest(fd: Fd, length: number): Uint8Array;
  /** SHA-256. node:crypto has it too, but takes 25 ms to load. */
  digestBytes(bytes: Uint8Array): Uint8Array;
  /** Whether the kernel has openat2(2): without it no path can be kept beneath its directory. */
  hasOpenat2(): boolean;
  /** The kernel's Landlock ABI, 0 without Landlock. */
  landlockAbi(): number;
  /** Orphaned descendants come to us instead of init (PR_SET_CHILD_SUBREAPER). */
  becomeSubreaper(): void;
  /** Ends the process at once, without Node's or V8's shutdown. */
  exitNow(code: number): never;
}
