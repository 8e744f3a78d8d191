// Listens at the address given, prints the port, echoes two connections, one after the other, and prints their bytes.
use std::io::{self, Write};
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(std::env::args().nth(1).expect("address"))?;
    println!("port {}", listener.local_addr()?.port());
    io::stdout().flush()?;
    for _ in 0..2 {
        let (mut stream, _) = listener.accept()?;
        let count = io::copy(&mut stream.try_clone()?, &mut stream)?;
        println!("{count} bytes");
    }
    Ok(())
}
