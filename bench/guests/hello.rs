// Prints a line.
fn main() {
    println!("hello");
}
