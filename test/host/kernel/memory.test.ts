import { describe, expect, test } from 'vitest';
import { errno } from '../../../host/kernel/errno.ts';
import { address, GuestMemory } from '../../../host/kernel/memory.ts';
import { native } from '../p1/guest.ts';

describe('address', () => {
  test('is unsigned', () => {
    expect([address(0), address(-1), address(-0x8000_0000), address(2 ** 40)]).toEqual([
      0,
      0xffff_ffff,
      0x8000_0000,
      2 ** 40,
    ]);
  });

  test('refuses what is no number', () => {
    expect(() => address(5n as unknown as number)).toThrow(TypeError);
  });
});

describe('GuestMemory', () => {
  test('asks for the memory when it is needed, not before', () => {
    let asked = 0;
    const memory = new GuestMemory(() => {
      asked++;
      return new WebAssembly.Memory({ initial: 1 });
    });
    expect(asked).toBe(0);
    expect(memory.has(0, 65_536)).toBe(true);
    memory.u32(0);
    expect(asked).toBe(1);
  });

  test('takes nothing that is partly or not at all inside', () => {
    const memory = new GuestMemory(() => new WebAssembly.Memory({ initial: 1 }));
    for (const [at, length] of [
      [65_536, 1],
      [65_535, 2],
      [-1, 1],
      [0, -1],
      [Number.NaN, 1],
      [0, Number.NaN],
      [2 ** 53, 2 ** 53],
      [Infinity, 0],
    ] as const) {
      expect([at, length, memory.has(at, length)]).toEqual([at, length, false]);
    }
    expect(memory.has(65_536, 0)).toBe(true);
  });

  test('follows growth, also of shared memory, which does not detach', () => {
    for (const shared of [false, true]) {
      const wasm = new WebAssembly.Memory({ initial: 1, maximum: 2, shared });
      const memory = new GuestMemory(() => wasm);
      expect(memory.has(8, 8)).toBe(true);
      memory.setU64(8, 0x1122_3344_5566_7788n);
      expect(memory.has(65_536, 1)).toBe(false);
      wasm.grow(1);
      expect(memory.has(65_536, 65_536)).toBe(true);
      expect(memory.u64(8)).toBe(0x1122_3344_5566_7788n);
      expect([memory.u32(8), memory.u16(8), memory.u8(15)]).toEqual([0x5566_7788, 0x7788, 0x11]);
      expect(native.random(memory.buffer, 65_536, 65_536)).toBe(0);
      expect(native.random(memory.buffer, 65_536, 65_537)).toBe(-errno.EFAULT);
      expect(memory.bytes(65_536, 65_536).some((byte) => byte !== 0)).toBe(true);
    }
  });
});
