// Computes a Fibonacci number the slow way: all time is spent in the guest's own code.
function fib(n: i32): i64 {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

console.log(fib(I32.parseInt(process.argv[1])).toString());
