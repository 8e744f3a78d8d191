// Uses what wasi:filesystem has beyond POSIX, in the first preopen: streams at offsets, hashes, identity, advice, flags.
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Advice, Descriptor, DescriptorFlags, NewTimestamp, OpenFlags, PathFlags};

fn main() {
    let (root, name) = get_directories().into_iter().next().expect("a directory");
    let mode = DescriptorFlags::READ | DescriptorFlags::WRITE;
    let open = |path: &str, how| root.open_at(PathFlags::empty(), path, how, mode);
    let file = open("file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE).unwrap();
    println!("{name} {:?} {:?} {:?}", root.get_type(), file.get_type(), file.get_flags());
    println!("{:?}", open("file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE).map(drop));
    streams(&file);
    let (again, other) = (open("file", OpenFlags::empty()).unwrap(), open("other", OpenFlags::CREATE).unwrap());
    println!("same {} {}", file.is_same_object(&again), file.is_same_object(&other));
    let hash = |descriptor: &Descriptor| descriptor.metadata_hash().map(|hash| (hash.lower, hash.upper)).unwrap();
    let at = root.metadata_hash_at(PathFlags::empty(), "file").map(|hash| (hash.lower, hash.upper));
    println!("hash {} {} {}", hash(&file) == hash(&again), hash(&file) == hash(&other), at == Ok(hash(&file)));
    println!("advise {:?} {:?}", file.advise(0, 100, Advice::WillNeed), root.advise(0, 1, Advice::Normal));
    println!("size {:?} {:?}", file.set_size(4), file.stat().map(|stat| stat.size));
    println!("times {:?}", file.set_times(NewTimestamp::NoChange, NewTimestamp::Now));
    println!("sync {:?} {:?}", file.sync(), file.sync_data());
    let entries = root.read_directory().unwrap();
    let mut names: Vec<_> = std::iter::from_fn(|| entries.read_directory_entry().unwrap()).map(|e| e.name).collect();
    names.sort();
    println!("{}", names.join(" "));
    println!("{:?} {:?}", root.unlink_file_at("file"), root.stat_at(PathFlags::empty(), "file").map(|_| ()));
}

fn streams(file: &Descriptor) {
    let write = |text: &str, stream: wasi::io::streams::OutputStream| {
        stream.blocking_write_and_flush(text.as_bytes()).unwrap();
    };
    write("0123456789", file.write_via_stream(0).unwrap());
    write("ab", file.write_via_stream(4).unwrap());
    write("end", file.append_via_stream().unwrap());
    let stream = file.read_via_stream(3).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    println!("{} {}", text(stream.blocking_read(4).unwrap()), text(stream.blocking_read(100).unwrap()));
    println!("{:?}", stream.blocking_read(1).is_err());
    let (bytes, ended) = file.read(3, 11).unwrap();
    println!("{} {ended} {:?}", text(bytes), file.write(b"P", 0));
}
