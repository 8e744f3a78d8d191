// Panics three named functions deep: the message goes to stderr and the program traps.
include!("../rust/panic.rs");
