// Connects to the address given, sends stdin, closes its side, and prints the answer.
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).expect("address");
    let mut stream = TcpStream::connect(&address)?;
    let mut request = Vec::new();
    io::stdin().read_to_end(&mut request)?;
    stream.write_all(&request)?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    io::stdout().write_all(&answer)?;
    eprintln!("peer {}", stream.peer_addr()?);
    Ok(())
}
