// Uses what streams have beside reading and writing: skip, write-zeroes, permission to write, pollables, the end.
use wasi::cli::{stdin::get_stdin, stdout::get_stdout};
use wasi::io::streams::StreamError;

fn main() {
    let (input, output) = (get_stdin(), get_stdout());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let readable = input.subscribe();
    readable.block();
    let mut lines = vec![format!("ready {}", readable.ready())];
    lines.push(format!("read {}", text(input.blocking_read(3).unwrap())));
    lines.push(format!("skip {}", input.blocking_skip(4).unwrap()));
    lines.push(format!("read {}", text(input.blocking_read(100).unwrap())));
    lines.push(format!("read nothing {:?}", input.read(0)));
    lines.push(match input.blocking_read(1) {
        Err(StreamError::Closed) => "closed".to_string(),
        other => format!("{other:?}"),
    });
    output.subscribe().block();
    lines.push(format!("may write {}", output.check_write().unwrap() >= 4096));
    output.write(format!("{}\n", lines.join("\n")).as_bytes()).unwrap();
    output.flush().unwrap();
    output.subscribe().block();
    output.blocking_write_zeroes_and_flush(3).unwrap();
}
