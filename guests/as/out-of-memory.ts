// Allocates and keeps 1 MiB blocks until the runtime refuses: AssemblyScript then aborts.
const kept: ArrayBuffer[] = [];
while (true) kept.push(new ArrayBuffer(1 << 20));
