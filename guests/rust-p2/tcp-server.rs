// Listens at the address given, prints the port, echoes two connections, one after the other, and prints their bytes.
use std::io::{self, Read, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(std::env::args().nth(1).expect("address"))?;
    println!("port {}", listener.local_addr()?.port());
    io::stdout().flush()?;
    for _ in 0..2 {
        let (mut stream, _) = listener.accept()?;
        let mut buffer = [0; 65_536];
        let mut count = 0;
        loop {
            let size = stream.read(&mut buffer)?;
            if size == 0 {
                break;
            }
            stream.write_all(&buffer[..size])?;
            count += size;
        }
        println!("{count} bytes");
    }
    Ok(())
}
