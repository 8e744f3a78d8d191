// Requests http://AUTHORITY/0 to /N-1 at once, with 2 s to the first byte, and prints what comes in the order it comes.
use wasi::http::outgoing_handler::handle;
use wasi::http::types::{Fields, FutureIncomingResponse, OutgoingRequest, RequestOptions, Scheme};
use wasi::io::poll::poll;

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    let count: usize = arguments[2].parse().unwrap();
    let mut waiting: Vec<_> = (0..count).map(|i| (i, start(&arguments[1], i))).collect();
    while !waiting.is_empty() {
        let pollables: Vec<_> = waiting.iter().map(|(_, future)| future.subscribe()).collect();
        let ready = poll(&pollables.iter().collect::<Vec<_>>());
        drop(pollables);
        for index in ready.into_iter().rev() {
            let (i, future) = waiting.remove(index as usize);
            match future.get().expect("ready").expect("only once") {
                Ok(response) => println!("{i} {} {}", response.status(), read(response)),
                Err(error) => println!("{i} {error:?}"),
            }
        }
    }
}

fn start(authority: &str, i: usize) -> FutureIncomingResponse {
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(&format!("/{i}"))).unwrap();
    let options = RequestOptions::new();
    options.set_first_byte_timeout(Some(2_000_000_000)).unwrap();
    handle(request, Some(options)).unwrap()
}

/// The number of its bytes, and whether it ended well.
fn read(response: wasi::http::types::IncomingResponse) -> String {
    let body = response.consume().unwrap();
    let stream = body.stream().unwrap();
    let mut bytes = 0;
    loop {
        match stream.blocking_read(65_536) {
            Ok(chunk) => bytes += chunk.len(),
            Err(wasi::io::streams::StreamError::Closed) => return format!("{bytes}"),
            Err(wasi::io::streams::StreamError::LastOperationFailed(error)) => {
                return format!("{bytes} {:?}", wasi::http::types::http_error_code(&error).unwrap());
            }
        }
    }
}
