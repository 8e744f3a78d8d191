// A thousand goroutines sleep and send; prints the sum of what they sent.
package main

import (
	"fmt"
	"time"
)

func main() {
	results := make(chan int)
	for i := 0; i < 1000; i++ {
		go func() {
			time.Sleep(time.Duration(i%10) * time.Millisecond)
			results <- i
		}()
	}
	sum := 0
	for i := 0; i < 1000; i++ {
		sum += <-results
	}
	fmt.Println(sum)
}
