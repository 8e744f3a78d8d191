// Writes the second argument into the file named by the first.
import { bytes, writeFile } from "./lib/file";

writeFile(process.argv[1], bytes(process.argv[2]));
