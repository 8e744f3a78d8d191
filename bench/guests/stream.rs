// Copies stdin to stdout in pieces of 64 KiB.
use std::io::{Read, Write};

fn main() {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut buffer = vec![0; 65536];
    loop {
        match input.read(&mut buffer).unwrap() {
            0 => break,
            count => output.write_all(&buffer[..count]).unwrap(),
        }
    }
}
