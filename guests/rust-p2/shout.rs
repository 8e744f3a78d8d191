// with: shout-provider
// Prints its arguments as another component, which is composed into this one, gives them back.
#[link(wasm_import_module = "test:compose/text")]
extern "C" {
    #[link_name = "shout"]
    fn shout(text: *const u8, length: usize, result: *mut (*mut u8, usize));
}

fn main() {
    for word in std::env::args().skip(1) {
        let mut result = (std::ptr::null_mut(), 0);
        // cabi_realloc made the result: it is a String's own memory.
        let text = unsafe {
            shout(word.as_ptr(), word.len(), &mut result);
            String::from_raw_parts(result.0, result.1, result.1)
        };
        println!("{text}");
    }
}
