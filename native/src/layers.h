// One function a layer; each lives in the file of its name. All run in the child, once.
#pragma once
#include "stages.h"

namespace layers {

sys::Failure joinCgroups(const stages::Context& c);         // cgroup.cc
sys::Failure joinNamespaces(const stages::Context& c);      // namespaces.cc
sys::Failure takeIds(const stages::Context& c);             // ids.cc
sys::Failure leaveKeyring(const stages::Context& c);        // keyring.cc
sys::Failure unshareNamespaces(const stages::Context& c);   // namespaces.cc
sys::Failure mapIds(const stages::Context& c);              // ids.cc
sys::Failure setHostname(const stages::Context& c);         // namespaces.cc
sys::Failure enterEmptyRoot(const stages::Context& c);      // root.cc
sys::Failure dropCapabilities(const stages::Context& c);    // capabilities.cc
sys::Failure restrictByLandlock(const stages::Context& c);  // landlock.cc
sys::Failure closeDescriptors(const stages::Context& c);    // stages.cc
sys::Failure limitResources(const stages::Context& c);      // rlimits.cc
sys::Failure tieToParent(const stages::Context& c);         // stages.cc
sys::Failure filterSyscalls(const stages::Context& c);      // seccomp.cc

/** Makes a detached, empty, read-only tmpfs the root (root.cc). */
sys::Failure pivotToEmptyRoot();

}  // namespace layers
