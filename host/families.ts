/** Families of modules made for another host, known by what they import, and what their author can do instead. */

/** The little of an import that decides. */
export interface ImportName {
  module: string;
  name: string;
}

export interface Family {
  /** Stable, for `inspect --json`. */
  id: string;
  /** Completes "is …". */
  title: string;
  advice: string;
  matches(entry: ImportName): boolean;
}

/** In order of certainty: the first family that matches any missing import names the module. */
const families: readonly Family[] = [
  {
    id: 'gojs',
    title: 'a Go program for JavaScript hosts (GOOS=js, wasm_exec.js)',
    advice: 'build it with GOOS=wasip1 GOARCH=wasm go build (TinyGo: -target=wasip1)',
    matches: ({ module }) => module === 'gojs' || module === 'go',
  },
  {
    id: 'wasm-bindgen',
    title: 'made by wasm-bindgen for JavaScript hosts',
    advice: 'build it with cargo build --target wasm32-wasip1, without wasm-bindgen (wasm-pack)',
    matches: ({ module, name }) =>
      /^(wbg|__wbindgen_.*|\.\/.*_bg\.js)$/.test(module) || /^__(wbg|wbindgen)_/.test(name),
  },
  {
    id: 'emscripten',
    title: 'made by Emscripten for its JavaScript runtime',
    advice: 'build it with wasi-sdk (clang --target=wasm32-wasip1), or with emcc -sSTANDALONE_WASM',
    matches: ({ module, name }) =>
      (module === 'env' && /^(_?emscripten_|invoke_[a-z]+$|_?__syscall|__cxa_|_embind_|_emval_)/.test(name)) ||
      (module === 'a' && /^[A-Za-z_$]{1,2}$/.test(name)) ||
      /^GOT\.(mem|func)$/.test(module),
  },
  {
    id: 'wasi-threads',
    title: 'a program with threads (wasi-threads)',
    advice: 'threads are not supported: build it for wasm32-wasip1 without them',
    matches: ({ module, name }) => module === 'wasi' && name === 'thread-spawn',
  },
  {
    id: 'wasix',
    title: 'made for WASIX',
    advice: 'build it for wasm32-wasip1: WASIX is not provided here',
    matches: ({ module }) => /^wasix_(32|64)v\d+$/.test(module),
  },
  {
    id: 'wasmedge-sockets',
    title: 'made for WasmEdge, whose socket calls are not in WASI 0.1',
    advice: 'use sockets handed over with --listen, which need sock_accept only',
    matches: ({ module, name }) =>
      module.startsWith('wasi_snapshot_preview1') &&
      /^sock_(open|bind|connect|listen|getaddrinfo|(get|set)sockopt|(send|recv)_?(to|from).*|get(local|peer)addr)/.test(
        name,
      ),
  },
  {
    id: 'component',
    title: 'the core module of a component (WASI 0.2 or later)',
    advice: 'make a component of it (wasm-tools component new), or build it for wasm32-wasip1',
    matches: ({ module }) => /^(\[export\])?[a-z][a-z0-9-]*:[a-z0-9-]+\/|^cm32p2|^\$root$/.test(module),
  },
  {
    id: 'wasi-proposal',
    title: 'made for a WASI proposal that is not part of WASI 0.1',
    advice: 'use a runtime with that proposal, or build it without',
    matches: ({ module }) => /^wasi_(ephemeral|experimental)_/.test(module),
  },
  {
    id: 'dart',
    title: 'a Dart program for JavaScript hosts',
    advice: 'dart compile wasm has no WASI target',
    matches: ({ module }) => module === 'dart2wasm',
  },
  {
    id: 'kotlin',
    title: 'a Kotlin program for JavaScript hosts',
    advice: 'build it with the wasmWasi target',
    matches: ({ module }) => module === 'js_code' || /\.uninstantiated\.mjs$/.test(module),
  },
  {
    id: 'assemblyscript',
    title: 'an AssemblyScript program without its WASI shim',
    advice: 'extend @assemblyscript/wasi-shim/asconfig.json in asconfig.json',
    matches: ({ module, name }) =>
      module === 'env' && /^(abort|seed|trace|(console|process|performance|crypto|Date)\.[A-Za-z.]+)$/.test(name),
  },
];

/** The family that the imports without a provider betray, or undefined. */
export function recognizeFamily(missing: readonly ImportName[]): Family | undefined {
  return families.find((family) => missing.some((entry) => family.matches(entry)));
}
