// Traps inside C++ functions with mangled names.
namespace engine {

struct Rocket {
  int fuel;
  [[gnu::noinline]] int ignite(int amount, const char* reason);
};

int Rocket::ignite(int amount, const char* reason) {
  volatile int left = fuel - amount;
  if (reason) __builtin_trap();
  return left;
}

template <typename T>
[[gnu::noinline]] T launch(T amount) {
  Rocket rocket{3};
  volatile T result = rocket.ignite(amount, "test");
  return result;
}

}  // namespace engine

int main() {
  return engine::launch<int>(2);
}
