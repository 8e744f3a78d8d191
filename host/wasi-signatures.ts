/**
 * Core signatures of WASI 0.1. The engine calls a JavaScript import with whatever the module declares: a module that
 * declares `fd_write` with other types is stopped here, before its values reach code that expects numbers.
 */
import type { FunctionType } from './wasm-binary-types.ts';

/** i: i32, I: i64, p: a pointer or size, as wide as the memory's addresses. All return an i32 errno but proc_exit. */
const signatures: Readonly<Record<string, string>> = {
  args_get: 'pp',
  args_sizes_get: 'pp',
  environ_get: 'pp',
  environ_sizes_get: 'pp',
  clock_res_get: 'ip',
  clock_time_get: 'iIp',
  fd_advise: 'iIIi',
  fd_allocate: 'iII',
  fd_close: 'i',
  fd_datasync: 'i',
  fd_fdstat_get: 'ip',
  fd_fdstat_set_flags: 'ii',
  fd_fdstat_set_rights: 'iII',
  fd_filestat_get: 'ip',
  fd_filestat_set_size: 'iI',
  fd_filestat_set_times: 'iIIi',
  fd_pread: 'ippIp',
  fd_prestat_get: 'ip',
  fd_prestat_dir_name: 'ipp',
  fd_pwrite: 'ippIp',
  fd_read: 'ippp',
  fd_readdir: 'ippIp',
  fd_renumber: 'ii',
  fd_seek: 'iIip',
  fd_sync: 'i',
  fd_tell: 'ip',
  fd_write: 'ippp',
  path_create_directory: 'ipp',
  path_filestat_get: 'iippp',
  path_filestat_set_times: 'iippIIi',
  path_link: 'iippipp',
  path_open: 'iippiIIip',
  path_readlink: 'ippppp',
  path_remove_directory: 'ipp',
  path_rename: 'ippipp',
  path_symlink: 'ppipp',
  path_unlink_file: 'ipp',
  poll_oneoff: 'pppp',
  proc_exit: 'i',
  proc_raise: 'i',
  random_get: 'pp',
  sched_yield: '',
  sock_accept: 'iip',
  sock_recv: 'ippipp',
  sock_send: 'ippip',
  sock_shutdown: 'ii',
};

/** The signature, or undefined for a name that is none of WASI 0.1. */
export function wasiSignature(name: string, memory64: boolean): FunctionType | undefined {
  const letters = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (letters === undefined) return undefined;
  const pointer = memory64 ? 'i64' : 'i32';
  const params = [...letters].map((letter) => (letter === 'p' ? pointer : letter === 'I' ? 'i64' : 'i32'));
  return { params, results: name === 'proc_exit' ? [] : ['i32'] };
}

/** Whether the call reads or writes guest memory. */
export function usesMemory(name: string): boolean {
  return signatures[name]?.includes('p') ?? false;
}

export function sameSignature(a: FunctionType, b: FunctionType): boolean {
  return a.params.join() === b.params.join() && a.results.join() === b.results.join();
}
