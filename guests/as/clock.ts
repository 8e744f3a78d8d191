// Prints the wall clock in milliseconds since 1970, then whether the monotonic clock advanced.
console.log(Date.now().toString());
const before = process.hrtime();
let after = before;
while (after == before) after = process.hrtime();
console.log(after > before ? "monotonic" : "backwards");
