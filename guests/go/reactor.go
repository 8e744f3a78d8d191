// A reactor (built as a c-shared library): exports add for --invoke.
package main

//go:wasmexport add
func add(a, b int32) int32 { return a + b }

func main() {}
