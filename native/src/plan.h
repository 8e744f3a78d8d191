// SandboxPlan as plain data (native/control.ts has the meaning of each field), and its form on the wire.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

struct NamespaceJoin {
  uint32_t fd;
  uint32_t type;
};
struct LandlockPathRule {
  uint32_t fd;
  uint64_t access;
};
struct LandlockPortRule {
  uint32_t port;
  uint64_t access;
};
struct ResourceLimit {
  uint32_t resource;
  uint64_t soft;
  uint64_t hard;
};

struct SandboxPlan {
  std::vector<uint32_t> cgroupTasks;
  std::vector<NamespaceJoin> joinNamespaces;
  uint32_t unshareFlags = 0;
  std::string uidMap;
  std::string gidMap;
  int64_t uid = -1;
  int64_t gid = -1;
  std::string hostname;
  uint32_t emptyRoot = 0;
  uint32_t dropCapabilities = 0;
  uint32_t noNewPrivs = 0;
  uint64_t landlockFs = 0;
  uint64_t landlockNet = 0;
  uint64_t landlockScope = 0;
  std::vector<LandlockPathRule> landlockPaths;
  std::vector<LandlockPortRule> landlockPorts;
  std::vector<uint32_t> keepFds;
  std::vector<ResourceLimit> rlimits;
  std::vector<uint8_t> seccomp;
  uint32_t seccompNotify = 0;
};

std::vector<uint8_t> encodePlan(const SandboxPlan& plan);
/** Empty when the bytes are not exactly one plan. */
std::optional<SandboxPlan> decodePlan(std::span<const uint8_t> bytes);
