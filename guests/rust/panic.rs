// Panics three named functions deep: the message goes to stderr and the program traps.
mod engine {
    pub struct Pump(pub u32);

    impl Pump {
        #[inline(never)]
        pub fn drain(&self, amount: u32) -> u32 {
            if amount > self.0 {
                panic!("pump is dry");
            }
            self.0 - amount
        }
    }
}

#[inline(never)]
fn run(amount: u32) -> u32 {
    engine::Pump(3).drain(amount)
}

fn main() {
    println!("{}", run(std::env::args().count() as u32 + 10));
}
