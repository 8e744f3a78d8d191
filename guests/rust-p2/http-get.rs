// Requests the URL given and prints the status, the header "x-answer" and the body; errors are one line and exit code 1.
use wasi::http::outgoing_handler::handle;
use wasi::http::types::{ErrorCode, Fields, IncomingResponse, OutgoingRequest, Scheme};
use wasi::io::streams::StreamError;

fn main() {
    match fetch(&std::env::args().nth(1).expect("url")) {
        Ok(response) => print(response),
        Err(error) => {
            eprintln!("{error:?}");
            std::process::exit(1);
        }
    }
}

fn fetch(url: &str) -> Result<IncomingResponse, ErrorCode> {
    let (scheme, rest) = url.split_once("://").expect("scheme");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let headers = Fields::from_list(&[("x-question".to_string(), b"why".to_vec())]).unwrap();
    let request = OutgoingRequest::new(headers);
    request.set_scheme(Some(if scheme == "https" { &Scheme::Https } else { &Scheme::Http })).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(if path.is_empty() { "/" } else { path })).unwrap();
    let future = handle(request, None)?;
    future.subscribe().block();
    future.get().expect("ready").expect("only once")
}

fn print(response: IncomingResponse) {
    let answer = response.headers().get("x-answer");
    println!("{} {}", response.status(), String::from_utf8_lossy(&answer.concat()));
    let body = response.consume().unwrap();
    let stream = body.stream().unwrap();
    loop {
        match stream.blocking_read(65_536) {
            Ok(bytes) => print!("{}", String::from_utf8_lossy(&bytes)),
            Err(StreamError::Closed) => break,
            Err(error) => panic!("{error:?}"),
        }
    }
}
