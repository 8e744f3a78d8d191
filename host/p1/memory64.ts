/** Guests with a 64-bit memory: their addresses and sizes are BigInts, which the functions take as numbers. */
import type { WasiArgument, WasiFunction, WasiImports } from './index.ts';
import { type FunctionName, isAddress } from './signatures.ts';

/** WASI 0.1 has no 64-bit ABI: what stands in memory keeps its layout, so iovecs reach the first 4 GiB. */
export function withWideAddresses(imports: WasiImports): WasiImports {
  return Object.fromEntries(
    Object.entries(imports).map(([name, call]) => [name, narrowed(call, isAddress(name as FunctionName))]),
  );
}

function narrowed(call: WasiFunction, addresses: readonly boolean[]): WasiFunction {
  const inner = call as (...args: WasiArgument[]) => number | undefined;
  // Above 2^53 an address is rounded, and as far outside of any memory as it was. Only i64 is unsigned here.
  return (...args: WasiArgument[]) =>
    inner(
      ...args.map((value, i) =>
        addresses[i] && typeof value === 'bigint' ? Number(BigInt.asUintN(64, value)) : value,
      ),
    );
}
