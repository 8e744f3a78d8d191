// Tries what the kernel lets this process do; native/probe.ts says what the numbers mean.
#pragma once
#include <node_api.h>

#include <span>

namespace probe {

struct Probe {
  const char* name;
  /** Returns a value, or −errno. */
  int (*attempt)();
  /** It changes the process that tries it: done in a forked child, with async-signal-safe calls only. */
  bool inChild;
};

std::span<const Probe> table();
int run(const Probe& probe);

}  // namespace probe

/** Adds `probe()` to the addon's exports. */
void exportProbe(napi_env env, napi_value exports);
