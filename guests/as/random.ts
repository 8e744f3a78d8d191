// Prints 16 random bytes, in decimal, separated by commas.
const bytes = new Uint8Array(16);
crypto.getRandomValues(bytes);
console.log(bytes.join(","));
