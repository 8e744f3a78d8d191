// A library without WASI, for shout.rs: gives text back in capital letters with a "!".
#![no_std]

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static mut MEMORY: [u8; 65536] = [0; 65536];
static USED: AtomicUsize = AtomicUsize::new(0);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[export_name = "cabi_realloc"]
extern "C" fn cabi_realloc(_old: *mut u8, _old_size: usize, align: usize, size: usize) -> *mut u8 {
    let at = (USED.load(Relaxed) + align - 1) & !(align - 1);
    USED.store(at + size, Relaxed);
    if at + size > 65536 {
        core::arch::wasm32::unreachable()
    }
    unsafe { (&raw mut MEMORY).cast::<u8>().add(at) }
}

#[export_name = "test:compose/text#shout"]
extern "C" fn shout(text: *const u8, length: usize) -> *const (*const u8, usize) {
    let result = cabi_realloc(core::ptr::null_mut(), 0, 4, 8).cast::<(*const u8, usize)>();
    let shouted = cabi_realloc(core::ptr::null_mut(), 0, 1, length + 1);
    unsafe {
        for i in 0..length {
            *shouted.add(i) = (*text.add(i)).to_ascii_uppercase();
        }
        *shouted.add(length) = b'!';
        *result = (shouted, length + 1);
    }
    result
}
