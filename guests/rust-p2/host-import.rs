// Calls an interface that is not WASI's, and prints what it gives.
#[link(wasm_import_module = "test:host-import/greeter")]
extern "C" {
    #[link_name = "greet"]
    fn greet(name: *const u8, length: usize, result: *mut (*mut u8, usize));
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    let mut result = (std::ptr::null_mut(), 0);
    // The host allocates the result with cabi_realloc, so that it is a String's own memory.
    let text = unsafe {
        greet(name.as_ptr(), name.len(), &mut result);
        String::from_raw_parts(result.0, result.1, result.1)
    };
    println!("{text}");
}
