// Fails an assertion: the shim prints where and exits 255.
assert(process.argv.length == 0, "this always fails");
