// Bound to its first argument, prints a datagram and sends it back to where it came from.
use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().collect();
    let socket = UdpSocket::bind(&arguments[1])?;
    println!("bound");
    let mut buffer = [0; 65_536];
    let (count, from) = socket.recv_from(&mut buffer)?;
    println!("{} from {}", String::from_utf8_lossy(&buffer[..count]), from.ip());
    socket.send_to(&buffer[..count], from)?;
    Ok(())
}
