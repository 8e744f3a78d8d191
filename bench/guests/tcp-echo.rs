// Sends ROUNDS times 64 KiB to an echo server and reads them back, then as many single bytes: `tcp-echo ADDRESS ROUNDS`.
// Prints `name ns` lines on standard error.
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let rounds: u32 = arguments[2].parse().unwrap();
    let mut stream = TcpStream::connect(&arguments[1]).unwrap();
    stream.set_nodelay(true).ok();
    for (name, size) in [("64 KiB there and back", 65536), ("1 byte there and back", 1)] {
        let mut buffer = vec![1; size];
        let start = Instant::now();
        for _ in 0..rounds {
            stream.write_all(&buffer).unwrap();
            stream.read_exact(&mut buffer).unwrap();
        }
        eprintln!("{name} {:.1}", start.elapsed().as_nanos() as f64 / rounds as f64);
    }
}
