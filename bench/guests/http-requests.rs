// Requests `http://AUTHORITY/` COUNT times, one after the other, and reads each answer to its end.
// Prints a `name ns` line on standard error.
use wasi::clocks::monotonic_clock::now;
use wasi::http::outgoing_handler::handle;
use wasi::http::types::{Fields, OutgoingRequest, Scheme};

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let count: u64 = arguments[2].parse().unwrap();
    let start = now();
    for _ in 0..count {
        request(&arguments[1]);
    }
    eprintln!("request {:.1}", (now() - start) as f64 / count as f64);
}

fn request(authority: &str) {
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some("/")).unwrap();
    let future = handle(request, None).unwrap();
    future.subscribe().block();
    let response = future.get().unwrap().unwrap().unwrap();
    assert_eq!(response.status(), 200);
    let body = response.consume().unwrap();
    let stream = body.stream().unwrap();
    while stream.blocking_read(65536).is_ok() {}
}
