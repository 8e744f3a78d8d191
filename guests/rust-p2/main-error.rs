// Returns an error from main: Rust prints it, and run fails.
fn main() -> Result<(), String> {
    Err("nothing works".to_string())
}
