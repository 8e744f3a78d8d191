// Prints its arguments, its environment, sorted, and where it starts, a line each.
fn main() {
    for argument in std::env::args().skip(1) {
        println!("argument {argument:?}");
    }
    let mut environment: Vec<_> = std::env::vars().collect();
    environment.sort();
    for (name, value) in environment {
        println!("variable {name}={value:?}");
    }
    println!("cwd {:?}", wasi::cli::environment::initial_cwd());
}
