// Accepts connections on descriptor 3 and echoes each to its end, in goroutines, until one sends "quit\n".
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
)

func main() {
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "listen:", err)
		os.Exit(1)
	}
	fmt.Println("listening")
	quit := make(chan struct{})
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go echo(conn, quit)
		}
	}()
	<-quit
	fmt.Println("stopped")
}

func echo(conn net.Conn, quit chan<- struct{}) {
	defer conn.Close()
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadString('\n')
		if line == "quit\n" {
			close(quit)
			return
		}
		if _, failed := conn.Write([]byte(line)); failed != nil || err != nil {
			return
		}
	}
}
