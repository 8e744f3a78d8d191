// Sends ten datagrams to its first argument, and is gone.
use std::io;
use std::net::UdpSocket;

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().collect();
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    for i in 0..10 {
        socket.send_to(&[i], &arguments[1])?;
    }
    Ok(())
}
