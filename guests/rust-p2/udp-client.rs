// Sends its second argument to the address that is its first, and prints the datagram that comes back and from where.
use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().collect();
    let socket = UdpSocket::bind(if arguments[1].starts_with('[') { "[::]:0" } else { "0.0.0.0:0" })?;
    socket.send_to(arguments[2].as_bytes(), &arguments[1])?;
    let mut buffer = [0; 65_536];
    let (count, from) = socket.recv_from(&mut buffer)?;
    println!("{} from {from}", String::from_utf8_lossy(&buffer[..count]));
    Ok(())
}
