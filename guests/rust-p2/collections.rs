// Counts words of standard input with a HashMap, which needs random seeds, and prints them sorted.
include!("../rust/collections.rs");
