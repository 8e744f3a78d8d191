// Copies stdin to stdout without its bytes ever coming into the guest's memory.
use wasi::cli::{stdin::get_stdin, stdout::get_stdout};
use wasi::io::streams::StreamError;

fn main() {
    let (input, output) = (get_stdin(), get_stdout());
    loop {
        match output.blocking_splice(&input, 1 << 20) {
            Ok(_) => {}
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => panic!("{}", error.to_debug_string()),
        }
    }
    output.blocking_flush().unwrap();
}
