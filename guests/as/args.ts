// Prints each argument on its own line, the program's name first.
for (let i = 0; i < process.argv.length; i++) console.log(process.argv[i]);
