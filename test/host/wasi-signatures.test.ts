import { expect, test } from 'vitest';
import { functionNames, wasmParameters } from '../../host/p1/signatures.ts';
import { matchesSignature, wasiSignature } from '../../host/wasi-signatures.ts';

test.each(functionNames)('%s is written out as the WASI host has it', (name) => {
  for (const memory64 of [false, true]) {
    const signature = wasiSignature(name, memory64);
    expect(signature).toEqual({ params: wasmParameters(name, memory64), results: name === 'proc_exit' ? [] : ['i32'] });
    expect(matchesSignature(name, signature, memory64)).toBe(true);
    expect(matchesSignature(name, { ...signature, params: [...signature.params, 'i32'] }, memory64)).toBe(false);
    expect(matchesSignature(name, { ...signature, results: ['i64'] }, memory64)).toBe(false);
    const [first, ...rest] = signature.params;
    if (first !== undefined) {
      expect(matchesSignature(name, { ...signature, params: ['f32', ...rest] }, memory64)).toBe(false);
    }
  }
});
