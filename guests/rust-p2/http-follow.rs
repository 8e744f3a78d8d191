// Requests the URL given and follows redirects, as a client of its own: prints each status, and the error that ends it.
use wasi::http::outgoing_handler::handle;
use wasi::http::types::{ErrorCode, Fields, IncomingResponse, OutgoingRequest, Scheme};

fn main() {
    let mut url = std::env::args().nth(1).expect("url");
    loop {
        match fetch(&url) {
            Ok(response) => {
                println!("{}", response.status());
                match response.headers().get("location").first() {
                    Some(location) => url = String::from_utf8(location.clone()).unwrap(),
                    None => return,
                }
            }
            Err(error) => return println!("{error:?}"),
        }
    }
}

fn fetch(url: &str) -> Result<IncomingResponse, ErrorCode> {
    let (_, rest) = url.split_once("://").expect("scheme");
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(path)).unwrap();
    let future = handle(request, None)?;
    future.subscribe().block();
    future.get().expect("ready").expect("only once")
}
