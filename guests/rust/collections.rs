// Counts words of standard input with a HashMap, which needs random seeds, and prints them sorted.
use std::collections::HashMap;
use std::io::{self, BufRead};

fn main() {
    let mut counts = HashMap::<String, u32>::new();
    for line in io::stdin().lock().lines() {
        for word in line.unwrap().split_whitespace() {
            *counts.entry(word.to_string()).or_default() += 1;
        }
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort();
    for (word, count) in sorted {
        println!("{word} {count}");
    }
}
