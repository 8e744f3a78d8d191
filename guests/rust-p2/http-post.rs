// Streams stdin as the body of a POST to the URL's host given (HOST:PORT), and the answer to stdout.
use wasi::cli::{stdin::get_stdin, stdout::get_stdout};
use wasi::http::outgoing_handler::handle;
use wasi::http::types::{Fields, Method, OutgoingBody, OutgoingRequest, Scheme};
use wasi::io::streams::{InputStream, OutputStream, StreamError};

fn main() {
    let request = OutgoingRequest::new(Fields::new());
    request.set_method(&Method::Post).unwrap();
    request.set_scheme(Some(&Scheme::Http)).unwrap();
    request.set_authority(Some(&std::env::args().nth(1).expect("authority"))).unwrap();
    request.set_path_with_query(Some("/echo")).unwrap();
    let body = request.body().unwrap();
    let future = handle(request, None).unwrap();
    let stream = body.write().unwrap();
    copy(&get_stdin(), &stream);
    drop(stream);
    OutgoingBody::finish(body, None).unwrap();
    future.subscribe().block();
    let response = future.get().unwrap().unwrap().unwrap();
    let incoming = response.consume().unwrap();
    let answer = incoming.stream().unwrap();
    copy(&answer, &get_stdout());
}

fn copy(from: &InputStream, to: &OutputStream) {
    loop {
        match to.blocking_splice(from, 65_536) {
            Ok(_) => {}
            Err(StreamError::Closed) => break,
            Err(error) => panic!("{error:?}"),
        }
    }
    to.blocking_flush().unwrap();
}
