/**
 * wasi:filesystem/types' metadata-hash: says which object it is, not what is in it. Libraries take the lower half for
 * an inode number, which must outlast a write and a run, and be no other file's; so wasmtime hashes the same. There is
 * no secret in it, since WASI 0.1 tells every guest both numbers.
 */
export interface MetadataHash {
  lower: bigint;
  upper: bigint;
}

export function metadataHash(device: bigint, inode: bigint): MetadataHash {
  const upper = mix(device);
  // For one device, each inode has another lower half: every step can be undone.
  return { lower: mix(inode ^ upper), upper: mix(upper + inode) };
}

/** The finalizer of MurmurHash3 (64 bits). */
function mix(value: bigint): bigint {
  let hash = BigInt.asUintN(64, value);
  hash = BigInt.asUintN(64, (hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn);
  hash = BigInt.asUintN(64, (hash ^ (hash >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return hash ^ (hash >> 33n);
}
