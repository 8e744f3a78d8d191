// Prints the file named by the first argument.
import { readFile, write } from "./lib/file";

write(1, readFile(process.argv[1]));
