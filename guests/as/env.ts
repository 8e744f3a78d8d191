// Prints the variables as NAME=value, sorted.
const names = process.env.keys().sort();
for (let i = 0; i < names.length; i++) console.log(names[i] + "=" + process.env.get(names[i]));
