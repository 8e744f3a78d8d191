// Exits with the number given as first argument.
process.exit(I32.parseInt(process.argv[1]));
