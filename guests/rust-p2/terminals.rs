// Prints for stdin, stdout and stderr whether each is a terminal.
use wasi::cli::{terminal_stderr, terminal_stdin, terminal_stdout};

fn main() {
    let terminals = [
        terminal_stdin::get_terminal_stdin().is_some(),
        terminal_stdout::get_terminal_stdout().is_some(),
        terminal_stderr::get_terminal_stderr().is_some(),
    ];
    println!("{terminals:?}");
}
