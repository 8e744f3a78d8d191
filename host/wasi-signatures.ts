/**
 * Core types of the WASI 0.1 functions. The engine calls a JavaScript import with whatever the module declares: a module
 * that declares `fd_write` with other types is stopped before its values reach code that expects numbers.
 */
import type { FunctionName } from './p1/signatures.ts';
import type { FunctionType } from './wasm-binary-types.ts';

/**
 * i: i32, I: i64, p: an address or size, as wide as those of the memory. All return an i32 but proc_exit.
 * Written out, since each container checks its imports: taking p1/signatures.ts apart takes 0.3 ms in a young process.
 */
const parameters: Readonly<Record<FunctionName, string>> = {
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

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(parameters, name);
}

export function wasiSignature(name: FunctionName, memory64: boolean): FunctionType {
  const params = [...parameters[name]].map((letter) => typeOf(letter, memory64));
  return { params, results: name === 'proc_exit' ? [] : ['i32'] };
}

/** Whether `declared` is what the function has. */
export function matchesSignature(name: FunctionName, { params, results }: FunctionType, memory64: boolean): boolean {
  const letters = parameters[name];
  if (params.length !== letters.length || results.length !== (name === 'proc_exit' ? 0 : 1)) return false;
  if (results.length > 0 && results[0] !== 'i32') return false;
  for (let index = 0; index < letters.length; index++) {
    if (params[index] !== typeOf(letters[index], memory64)) return false;
  }
  return true;
}

/** Whether the call reads or writes guest memory. */
export function usesMemory(name: string): boolean {
  return isFunctionName(name) && parameters[name].includes('p');
}

function typeOf(letter: string | undefined, memory64: boolean): 'i32' | 'i64' {
  return letter === 'I' || (letter === 'p' && memory64) ? 'i64' : 'i32';
}
