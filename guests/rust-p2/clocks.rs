// Prints the time in seconds, whether the clock went forward over a sleep of 50 ms, and both resolutions in nanoseconds.
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use wasi::clocks::{monotonic_clock, wall_clock};

fn main() {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(50));
    let slept = start.elapsed() >= Duration::from_millis(50);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    println!("{seconds} {slept} {} {}", wall_clock::resolution().nanoseconds, monotonic_clock::resolution());
}
