/** The patches of jco's glue refuse a glue that they were not made for, rather than leave it as it is. */
import { describe, expect, it } from 'vitest';
import { patchGlue } from '../../../runtime/components/glue-patches.ts';

describe('patchGlue', () => {
  it.each([
    'var result0 = new Uint8Array(memory0.buffer.slice(ptr0, end0));',
    'var result0 = TEXT_DECODER_UTF8.decode(new Uint8Array(memory0.buffer, ptr0, 2 * len0));',
    'var ptr0 = dataView(memory0).getUint32(ret, true);',
    'var ptr0 = realloc0(0, 0, align, size);',
    "function throwInvalidBool() { throw new TypeError('invalid variant discriminant for bool'); throw new TypeError('invalid variant discriminant for bool'); }",
    'cstate.mayLeave = false;\nawait postReturn0(ret);\ncstate.mayLeave = true;',
  ])('throws at %j', (glue) => {
    expect(() => patchGlue(glue)).toThrow('the glue has another form of');
  });

  it('leaves alone what has none of it', () => {
    expect(patchGlue('const nothing = 1;')).toMatch(/\nconst nothing = 1;$/);
  });

  it('checks a pointer by the largest of what stands there', () => {
    const glue =
      'function f(a) {\n let ret;\n dataView(memory0).getUint8(ret + 0, true);\n dataView(memory0).getFloat64(ret + 8, true);\n}';
    expect(patchGlue(glue)).toContain('getUint8(abi$at(ret, 8) + 0, true)');
  });
});
