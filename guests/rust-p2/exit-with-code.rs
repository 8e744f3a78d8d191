// Exits with the code given, as wasi:cli/exit has it since 0.2.12.
fn main() {
    let code = std::env::args().nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    wasi::cli::exit::exit_with_code(code);
}
