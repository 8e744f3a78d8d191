// Copies the file `FOLDER/from` to `FOLDER/to` in pieces of 64 KiB: `copy-file FOLDER`.
use std::fs::File;
use std::io::{Read, Write};

fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let mut from = File::open(format!("{folder}/from")).unwrap();
    let mut to = File::create(format!("{folder}/to")).unwrap();
    let mut buffer = vec![0; 65536];
    loop {
        match from.read(&mut buffer).unwrap() {
            0 => break,
            count => to.write_all(&buffer[..count]).unwrap(),
        }
    }
}
