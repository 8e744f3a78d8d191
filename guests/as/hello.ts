// Prints one line and returns.
console.log("hello");
