/** Text that wabt can't read. */
import { describe, expect, test } from 'vitest';
import { assembleWat } from '../../runtime/wat.ts';

describe('the text of a component', () => {
  const says = {
    message: "can't read the text of a component: app.wat",
    hint: 'make a binary of it: wasm-tools parse app.wat -o app.wasm',
  };
  test.each(['(component)', '( component $c (core module))', ';; (module)\n(; ( ;)\t(component (import "x" (func)))'])(
    '%j',
    async (text) => {
      await expect(assembleWat(text, 'app.wat')).rejects.toMatchObject(says);
    },
  );

  test('is no other text, and is looked for in no time', async () => {
    const comments = '(;;)'.repeat(100_000);
    for (const text of ['(modul)', '(componentx)', `${comments}(;`, `${comments}x`, '(; (component) ;)(modul)']) {
      await expect(assembleWat(text, 'app.wat')).rejects.toThrow(/^invalid WebAssembly text/);
    }
  });
});
