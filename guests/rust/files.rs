// Uses the standard library's files in the directory given: writes, appends, lists, renames, reads back, removes.
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

fn main() -> io::Result<()> {
    let root = std::env::args().nth(1).expect("directory");
    let dir = Path::new(&root).join("made");
    fs::create_dir_all(dir.join("a/b"))?;
    fs::write(dir.join("a/b/file"), "one\n")?;
    OpenOptions::new().append(true).open(dir.join("a/b/file"))?.write_all(b"two\n")?;
    fs::hard_link(dir.join("a/b/file"), dir.join("linked"))?;
    fs::rename(dir.join("a/b/file"), dir.join("renamed"))?;
    let mut names: Vec<_> = fs::read_dir(&dir)?.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    println!("{}", names.join(" "));
    let mut file = fs::File::open(dir.join("renamed"))?;
    file.seek(SeekFrom::Start(4))?;
    let mut rest = String::new();
    file.read_to_string(&mut rest)?;
    print!("{rest}");
    println!("{:?}", fs::File::open(dir.join("missing")).unwrap_err().kind());
    println!("{}", fs::remove_dir(&dir).unwrap_err());
    fs::remove_dir_all(&dir)?;
    println!("{}", dir.exists());
    Ok(())
}
