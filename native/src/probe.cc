#include "probe.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "probes/attempts.h"
#include "sys.h"

namespace probe {
namespace {

constexpr Probe kTable[] = {
    {"memfdCreate", memfdCreate, false},
    {"openat2", openat2, false},
    {"closeRange", closeRange, false},
    {"pidfdOpen", pidfdOpen, false},
    {"pidfdSendSignal", pidfdSendSignal, false},
    {"clone3", clone3, true},
    {"cloneIntoCgroup", cloneIntoCgroup, true},
    {"openTree", openTree, true},
    {"mountSetattr", mountSetattr, true},
    {"idmappedMounts", idmappedMounts, true},
    {"tmpfs", tmpfs, true},
    {"userNamespace", userNamespace, true},
    {"mountNamespace", mountNamespace, true},
    {"pidNamespace", pidNamespace, true},
    {"ipcNamespace", ipcNamespace, true},
    {"utsNamespace", utsNamespace, true},
    {"cgroupNamespace", cgroupNamespace, true},
    {"netNamespace", netNamespace, true},
    {"changeIds", changeIds, true},
    {"dropCapabilities", dropCapabilities, true},
    {"noNewPrivs", noNewPrivs, true},
    {"landlockAbi", landlockAbi, false},
    {"landlockRestrict", landlockRestrict, true},
    {"seccompFilter", seccompFilter, true},
    {"seccompKillProcess", seccompKillProcess, false},
    {"seccompUserNotif", seccompUserNotif, false},
    {"protectionKeys", protectionKeys, false},
};

/** A page that a child shares with us, for one number. */
class Answer {
 public:
  Answer() : page_(mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { munmap(page_, sizeof(int)); }
  bool valid() const { return page_ != MAP_FAILED; }
  volatile int& value() { return *static_cast<volatile int*>(page_); }

 private:
  void* page_;
};

int runInChild(int (*attempt)()) {
  Answer answer;
  if (!answer.valid()) return -errno;
  // Stays when the child is killed: someone's filter answers forbidden calls that way.
  answer.value() = -EPERM;
  // _Fork: without the handlers that other libraries want to run in a child.
  pid_t pid = _Fork();
  if (pid < 0) return -errno;
  if (pid == 0) {
    answer.value() = attempt();
    _exit(0);
  }
  sys::retry([&] { return waitpid(pid, nullptr, 0); });
  return answer.value();
}

}  // namespace

std::span<const Probe> table() {
  return kTable;
}

int run(const Probe& probe) {
  return probe.inChild ? runInChild(probe.attempt) : probe.attempt();
}

}  // namespace probe

namespace {

napi_value probeAll(napi_env env, napi_callback_info) {
  napi_value features;
  if (napi_create_object(env, &features) != napi_ok) return nullptr;
  for (const probe::Probe& probe : probe::table()) {
    napi_value value;
    if (napi_create_int32(env, probe::run(probe), &value) != napi_ok) return nullptr;
    if (napi_set_named_property(env, features, probe.name, value) != napi_ok) return nullptr;
  }
  return features;
}

}  // namespace

void exportProbe(napi_env env, napi_value exports) {
  napi_value function;
  if (napi_create_function(env, "probe", NAPI_AUTO_LENGTH, probeAll, nullptr, &function) != napi_ok) return;
  napi_set_named_property(env, exports, "probe", function);
}
