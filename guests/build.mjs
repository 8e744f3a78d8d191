// Builds the guests: `node guests/build.mjs [LANGUAGE]…` (no argument: as, wat, c and wat-p2). Runs on plain Node 20.
// A guest is rebuilt when the hash of its sources, its flags or its compiler changes: mtimes lie after a checkout.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { languages } from './languages.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const buildDir = join(here, 'build');
export const defaultLanguages = ['as', 'wat', 'c', 'wat-p2'];

/** A missing tool or a guest that does not compile: the message is all that a person needs. */
export class GuestBuildError extends Error {}

/** Every guest as `language/name`, read from the source folders. */
export function listGuests() {
  return Object.entries(languages).flatMap(([language, { extensions }]) =>
    sources(language, extensions).map((file) => `${language}/${stem(file)}`),
  );
}

/** Compiles what is out of date in these languages. */
export async function buildGuests(names = defaultLanguages) {
  for (const language of names) {
    const { extensions, shared, compiler, from } = languages[language] ?? unknownLanguage(language);
    if (from !== undefined) await buildGuests([from]);
    const files = sources(language, extensions);
    const common = shared.map((path) => join(here, path)).flatMap(treeOf);
    const tool = await compiler();
    const salt = hash([tool.version, ...common.map((file) => readFileSync(file))]);
    const stale = files.filter((file) => !isFresh(language, file, salt));
    await inParallel(tool.parallel ? availableParallelism() : 1, stale, (file) => build(language, file, salt, tool));
    removeOrphans(language, files);
  }
}

async function build(language, file, salt, tool) {
  const target = join(buildDir, language, `${stem(file)}.wasm`);
  mkdirSync(dirname(target), { recursive: true });
  // Written beside and renamed: several test runs may build at once, and none may see half a module.
  const partial = `${target}.${process.pid}.tmp.wasm`;
  try {
    await tool.compile(join(folderOf(language), file), partial);
  } catch (error) {
    rmSync(partial, { force: true });
    throw new GuestBuildError(`guests: ${language}/${file} does not compile:\n${error.message}`);
  }
  renameSync(partial, target);
  writeFileSync(`${target}.hash`, sourceHash(language, file, salt));
}

function isFresh(language, file, salt) {
  const target = join(buildDir, language, `${stem(file)}.wasm`);
  try {
    readFileSync(target);
    return readFileSync(`${target}.hash`, 'utf8') === sourceHash(language, file, salt);
  } catch {
    return false;
  }
}

function sourceHash(language, file, salt) {
  return hash([salt, ...treeOf(join(folderOf(language), file)).map((path) => readFileSync(path))]);
}

/** A guest that was renamed must not leave its old module for tests to find. */
function removeOrphans(language, files) {
  const wanted = new Set(files.map((file) => stem(file)));
  for (const entry of listDir(join(buildDir, language))) {
    const name = entry.replace(/\.wasm(\.hash)?$/, '');
    if (!wanted.has(name) && !entry.includes('.tmp.')) rmSync(join(buildDir, language, entry));
  }
}

function sources(language, extensions) {
  const files = listDir(folderOf(language)).filter((file) => !file.includes('.tmp.'));
  return files.filter((file) => extensions.includes(extname(file)));
}

/** A language made `from` another one takes that one's modules for its sources. */
function folderOf(language) {
  const { from } = languages[language];
  return from === undefined ? join(here, language) : join(buildDir, from);
}

function treeOf(path) {
  const entries = listDir(path);
  return entries.length === 0 ? [path] : entries.flatMap((entry) => treeOf(join(path, entry)));
}

function listDir(path) {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  }
}

function stem(file) {
  return basename(file, extname(file));
}

function hash(parts) {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part).update('\0');
  return digest.digest('hex');
}

async function inParallel(width, items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function unknownLanguage(name) {
  throw new GuestBuildError(`guests: no such language: ${name}: use ${Object.keys(languages).join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  try {
    await buildGuests(names.length > 0 ? names : undefined);
  } catch (error) {
    if (!(error instanceof GuestBuildError) && error.code !== 'NO_TOOL') throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
