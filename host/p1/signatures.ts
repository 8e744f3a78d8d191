/**
 * The functions of WASI 0.1 as data, in the specification's order: what each argument is called and what it is.
 * A kind with `>` is a pointer to a result. Used for tracing, for 64-bit memories, and to check a module's imports.
 */

const preview1 = {
  args_get: 'argv:pointer argv_buf:pointer',
  args_sizes_get: 'argc:>u32 argv_buf_size:>u32',
  environ_get: 'environ:pointer environ_buf:pointer',
  environ_sizes_get: 'environ_count:>u32 environ_buf_size:>u32',
  clock_res_get: 'id:clockid resolution:>u64',
  clock_time_get: 'id:clockid precision:u64 time:>u64',
  fd_advise: 'fd:fd offset:u64 len:u64 advice:advice',
  fd_allocate: 'fd:fd offset:u64 len:u64',
  fd_close: 'fd:fd',
  fd_datasync: 'fd:fd',
  fd_fdstat_get: 'fd:fd stat:>fdstat',
  fd_fdstat_set_flags: 'fd:fd flags:fdflags',
  fd_fdstat_set_rights: 'fd:fd fs_rights_base:rights fs_rights_inheriting:rights',
  fd_filestat_get: 'fd:fd stat:>filestat',
  fd_filestat_set_size: 'fd:fd size:u64',
  fd_filestat_set_times: 'fd:fd atim:u64 mtim:u64 fst_flags:fstflags',
  fd_pread: 'fd:fd iovs:iovecs offset:u64 nread:>u32',
  fd_prestat_get: 'fd:fd prestat:>prestat',
  fd_prestat_dir_name: 'fd:fd path:buffer',
  fd_pwrite: 'fd:fd iovs:ciovecs offset:u64 nwritten:>u32',
  fd_read: 'fd:fd iovs:iovecs nread:>u32',
  fd_readdir: 'fd:fd buf:buffer cookie:u64 bufused:>u32',
  fd_renumber: 'fd:fd to:fd',
  fd_seek: 'fd:fd offset:s64 whence:whence newoffset:>u64',
  fd_sync: 'fd:fd',
  fd_tell: 'fd:fd offset:>u64',
  fd_write: 'fd:fd iovs:ciovecs nwritten:>u32',
  path_create_directory: 'fd:fd path:path',
  path_filestat_get: 'fd:fd flags:lookupflags path:path stat:>filestat',
  path_filestat_set_times: 'fd:fd flags:lookupflags path:path atim:u64 mtim:u64 fst_flags:fstflags',
  path_link: 'old_fd:fd old_flags:lookupflags old_path:path new_fd:fd new_path:path',
  path_open:
    'fd:fd dirflags:lookupflags path:path oflags:oflags fs_rights_base:rights fs_rights_inheriting:rights fdflags:fdflags opened:>fd',
  path_readlink: 'fd:fd path:path buf:buffer bufused:>u32',
  path_remove_directory: 'fd:fd path:path',
  path_rename: 'fd:fd old_path:path new_fd:fd new_path:path',
  path_symlink: 'old_path:path fd:fd new_path:path',
  path_unlink_file: 'fd:fd path:path',
  poll_oneoff: 'in:subscriptions nevents:>events',
  proc_exit: 'rval:u32',
  proc_raise: 'sig:signal',
  sched_yield: '',
  random_get: 'buf:buffer',
  sock_accept: 'fd:fd flags:fdflags fd:>fd',
  sock_recv: 'fd:fd ri_data:iovecs ri_flags:riflags ro_datalen:>u32 ro_flags:>roflags',
  sock_send: 'fd:fd si_data:ciovecs si_flags:u32 so_datalen:>u32',
  sock_shutdown: 'fd:fd how:sdflags',
} as const;

export type FunctionName = keyof typeof preview1;

export interface Parameter {
  name: string;
  kind: string;
  /** A pointer to a result. */
  isResult: boolean;
  /** How many WebAssembly parameters it takes. */
  width: number;
}

const widths: Readonly<Record<string, number>> = {
  path: 2,
  buffer: 2,
  iovecs: 2,
  ciovecs: 2,
  /** In, out, and how many. */
  subscriptions: 3,
};
const wideKinds: ReadonlySet<string> = new Set(['u64', 's64', 'rights']);

function parse(signature: string): Parameter[] {
  if (signature === '') return [];
  return signature.split(' ').map((parameter) => {
    const [name = '', kind = ''] = parameter.split(':');
    const isResult = kind.startsWith('>');
    const bare = isResult ? kind.slice(1) : kind;
    return { name, kind: bare, isResult, width: isResult ? 1 : (widths[bare] ?? 1) };
  });
}

export const functionNames: readonly FunctionName[] = Object.keys(preview1) as FunctionName[];

export function parametersOf(name: FunctionName): Parameter[] {
  return parse(preview1[name]);
}

/** The WebAssembly types; every function but proc_exit returns one i32. */
export function wasmParameters(name: FunctionName, memory64: boolean): ('i32' | 'i64')[] {
  const addresses = isAddress(name);
  return parametersOf(name)
    .flatMap(({ kind, isResult, width }) => new Array<boolean>(width).fill(!isResult && wideKinds.has(kind)))
    .map((isWide, i) => (isWide || (memory64 && addresses[i]) ? 'i64' : 'i32'));
}

/** Which of the WebAssembly parameters are addresses and sizes. */
export function isAddress(name: FunctionName): boolean[] {
  return parametersOf(name).flatMap(({ kind, isResult, width }) =>
    new Array<boolean>(width).fill(isResult || width > 1 || kind === 'pointer'),
  );
}
