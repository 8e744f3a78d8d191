// Panics: Go prints the goroutine's stack and exits with 2.
package main

func main() {
	var none map[string]int
	none["x"] = 1
}
