// Waits for the shortest of three timers and for an instant, and prints which was ready and whether it was early.
use wasi::clocks::monotonic_clock::{now, subscribe_duration, subscribe_instant};
use wasi::io::poll::poll;

fn main() {
    let start = now();
    let timers = [10_000_000_000, 30_000_000, 20_000_000_000].map(subscribe_duration);
    let ready = poll(&timers.iter().collect::<Vec<_>>());
    println!("{ready:?} early {}", now() - start < 30_000_000);
    let later = now() + 300_000_000;
    let instant = subscribe_instant(later);
    println!("ready {}", instant.ready());
    instant.block();
    println!("ready {} early {}", instant.ready(), now() < later);
    println!("past {}", subscribe_instant(0).ready());
}
