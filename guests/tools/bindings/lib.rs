// The functions of WASI 0.2 that Rust's standard library has no words for. A library of its own, so that guests stay
// single files for rustc.
pub use wasip2::*;
