// Prints the addresses of each name given, sorted, or the error.
use std::net::ToSocketAddrs;

fn main() {
    for name in std::env::args().skip(1) {
        match (name.as_str(), 80).to_socket_addrs() {
            Ok(addresses) => {
                let mut all: Vec<_> = addresses.map(|address| address.ip().to_string()).collect();
                all.sort();
                all.dedup();
                println!("{name} {}", all.join(" "));
            }
            Err(error) => println!("{name} {error}"),
        }
    }
}
