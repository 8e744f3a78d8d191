// Prints how many different bytes are among 4096 of each source, and whether two seeds and two numbers differ.
use std::collections::HashSet;
use wasi::random::{insecure, insecure_seed, random};

fn main() {
    let different = |bytes: Vec<u8>| bytes.into_iter().collect::<HashSet<_>>().len();
    println!("{} {}", different(random::get_random_bytes(4096)), random::get_random_bytes(0).len());
    println!("{}", different(insecure::get_insecure_random_bytes(4096)));
    println!("{}", random::get_random_u64() != random::get_random_u64());
    println!("{}", insecure::get_insecure_random_u64() != insecure::get_insecure_random_u64());
    println!("{}", insecure_seed::insecure_seed() != (0, 0));
}
