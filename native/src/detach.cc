#include "detach.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/file.h>

#include <csignal>
#include <string>
#include <vector>

#include "convert.h"

#if defined(__x86_64__)
#include <cpuid.h>
#else
#include <sys/auxv.h>
#endif

namespace {

/** posix_spawn's attributes and actions, freed however it ends. */
struct Spawning {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  Spawning() {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
  }
  ~Spawning() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
};

/** Descriptors 0, 1, … of the new process are `fds`; all others are closed. A session of its own, default signals. */
sys::Failure spawnDetached(const std::vector<std::string>& command, const std::vector<int>& fds) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  char* const noEnvironment[] = {nullptr};
  Spawning spawning;
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&spawning.attributes, &all);
  posix_spawnattr_setsigmask(&spawning.attributes, &none);
  posix_spawnattr_setflags(&spawning.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  // In two steps, so that none is overwritten before it was copied: out of the way first, then to its place.
  std::vector<sys::OwnFd> high;
  for (int fd : fds) {
    high.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 64));
    if (!high.back().valid()) return sys::failure("fcntl F_DUPFD_CLOEXEC");
  }
  for (size_t i = 0; i < high.size(); i++)
    posix_spawn_file_actions_adddup2(&spawning.actions, high[i].get(), static_cast<int>(i));
  posix_spawn_file_actions_addclosefrom_np(&spawning.actions, static_cast<int>(fds.size()));
  pid_t pid;
  int error = posix_spawn(&pid, argv[0], &spawning.actions, &spawning.attributes, argv.data(), noEnvironment);
  return error == 0 ? sys::Failure{} : sys::Failure{"posix_spawn", error};
}

Napi::Value spawn(const Napi::CallbackInfo& info) {
  auto words = info[0].As<Napi::Array>();
  auto list = info[1].As<Napi::Array>();
  std::vector<std::string> command;
  std::vector<int> fds;
  for (uint32_t i = 0; i < words.Length(); i++) command.push_back(words.Get(i).As<Napi::String>());
  for (uint32_t i = 0; i < list.Length(); i++) fds.push_back(list.Get(i).As<Napi::Number>().Int32Value());
  convert::check(info.Env(), "spawn", spawnDetached(command, fds));
  return info.Env().Undefined();
}

Napi::Value tryLock(const Napi::CallbackInfo& info) {
  if (flock(convert::argument(info, 0), LOCK_EX | LOCK_NB) == 0) return Napi::Boolean::New(info.Env(), true);
  if (errno != EWOULDBLOCK) convert::check(info.Env(), "lock", sys::failure("flock"));
  return Napi::Boolean::New(info.Env(), false);
}

/** All bits by which machine code may be chosen, and some more. */
std::vector<unsigned long> featureWords() {
#if defined(__x86_64__)
  std::vector<unsigned long> words;
  for (auto [leaf, subleaf] : {std::pair{1u, 0u}, {7u, 0u}, {7u, 1u}, {0x80000001u, 0u}}) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    __get_cpuid_count(leaf, subleaf, &a, &b, &c, &d);
    // Leaf 1 has the number of the CPU that asks in the upper half of b, and bits that the kernel switches in c.
    if (leaf == 1) b = 0, c &= ~bit_OSXSAVE;
    words.insert(words.end(), {leaf == 1 ? a : 0, b, c, d});
  }
  return words;
#else
  return {getauxval(AT_HWCAP), getauxval(AT_HWCAP2)};
#endif
}

Napi::Value cpuFeatures(const Napi::CallbackInfo& info) {
  std::string text;
  char word[24];
  for (unsigned long bits : featureWords())
    text.append(word, static_cast<size_t>(snprintf(word, sizeof word, "%lx ", bits)));
  return Napi::String::New(info.Env(), text);
}

}  // namespace

void exportDetach(Napi::Env env, Napi::Object exports) {
  exports.Set("spawnDetached", Napi::Function::New(env, spawn, "spawnDetached"));
  exports.Set("tryLock", Napi::Function::New(env, tryLock, "tryLock"));
  exports.Set("cpuFeatures", Napi::Function::New(env, cpuFeatures, "cpuFeatures"));
}
