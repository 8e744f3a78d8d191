// Nanoseconds per call of a WASI 0.2 host, as calls.c has them for 0.1: `component-calls FOLDER ROUNDS`, where FOLDER is
// the first preopen. Prints `name ns` lines on standard error.
use std::hint::black_box;
use wasi::cli::stdout::get_stdout;
use wasi::clocks::monotonic_clock::{now, subscribe_duration};
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};
use wasi::io::poll::poll;

fn measure(name: &str, rounds: u64, mut call: impl FnMut()) {
    for _ in 0..rounds / 10 + 1 {
        call();
    }
    let start = now();
    for _ in 0..rounds {
        call();
    }
    eprintln!("{name} {:.1}", (now() - start) as f64 / rounds as f64);
}

fn main() {
    let rounds: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let (root, _) = get_directories().into_iter().next().unwrap();
    let open = |how, mode| root.open_at(PathFlags::empty(), "data", how, mode).unwrap();
    let file = open(OpenFlags::CREATE, DescriptorFlags::READ | DescriptorFlags::WRITE);
    let block = vec![7; 65536];
    file.write(&block, 0).unwrap();
    let out = get_stdout();
    let timer = subscribe_duration(0);
    measure("write, 1 byte", rounds, || out.blocking_write_and_flush(b"x").unwrap());
    measure("clock", rounds, || drop(black_box(now())));
    measure("pread, 4 KiB", rounds / 2, || assert_eq!(file.read(4096, 0).unwrap().0.len(), 4096));
    measure("open and close", rounds / 10, || drop(open(OpenFlags::empty(), DescriptorFlags::READ)));
    measure("pread, 64 KiB", rounds / 20, || assert_eq!(file.read(65536, 0).unwrap().0.len(), 65536));
    measure("pwrite, 64 KiB", rounds / 20, || assert_eq!(file.write(&block, 0).unwrap(), 65536));
    measure("poll, one ready", rounds / 2, || assert_eq!(poll(&[&timer]).len(), 1));
}
