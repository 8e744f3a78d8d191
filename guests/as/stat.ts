// Prints type, link count and size of the path given as first argument.
import { stat } from "./lib/file";

const found = stat(process.argv[1]);
console.log(found.type.toString() + " " + found.links.toString() + " " + found.size.toString());
