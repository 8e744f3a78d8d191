// Prints the entries of the directory named by the first argument, sorted, each with its WASI file type.
import { Entry, readDir } from "./lib/file";

const entries = readDir(process.argv[1]).sort((a: Entry, b: Entry) => (a.name < b.name ? -1 : 1));
for (let i = 0; i < entries.length; i++) console.log(entries[i].type.toString() + " " + entries[i].name);
