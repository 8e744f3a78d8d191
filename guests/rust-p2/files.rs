// Uses the standard library's files in the directory given: writes, appends, lists, renames, reads back, removes.
include!("../rust/files.rs");
