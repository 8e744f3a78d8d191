// Copies standard input to standard output.
import { read, write } from "./lib/file";

const buffer = new Uint8Array(65536);
for (let count = read(0, buffer); count > 0; count = read(0, buffer)) write(1, buffer.subarray(0, count));
