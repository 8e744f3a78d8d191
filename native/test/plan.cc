#include "../src/plan.h"

#include <random>

#include "check.h"

namespace {

SandboxPlan fullPlan() {
  SandboxPlan plan;
  plan.cgroupTasks = {1, 2, 3};
  plan.joinNamespaces = {{4, 0x40000000}};
  plan.unshareFlags = 0x10000000;
  plan.uidMap = "1879048193 1879048193 1";
  plan.gidMap = "0 1000 1\n";
  plan.uid = 1879048193;
  plan.gid = -1;
  plan.hostname = std::string("a\0b", 3);
  plan.emptyRoot = plan.dropCapabilities = plan.noNewPrivs = 1;
  plan.landlockFs = UINT64_MAX;
  plan.landlockNet = 3;
  plan.landlockScope = 1;
  plan.landlockPaths = {{7, 0xffff}, {8, 1}};
  plan.landlockPorts = {{65535, 2}};
  plan.keepFds = {0, 9};
  plan.rlimits = {{7, 1024, UINT64_MAX}};
  plan.seccomp.assign(4096 * 8, 0xa5);
  return plan;
}

}  // namespace

namespace tests {

void planRoundTrip() {
  for (const SandboxPlan& plan : {SandboxPlan{}, fullPlan()}) {
    std::vector<uint8_t> bytes = encodePlan(plan);
    auto decoded = decodePlan(bytes);
    CHECK(decoded);
    // One walk over the fields serves both directions: equal bytes mean equal plans.
    CHECK(encodePlan(*decoded) == bytes);
  }
  auto decoded = decodePlan(encodePlan(fullPlan()));
  CHECK(decoded->hostname.size() == 3 && decoded->uid == 1879048193 && decoded->gid == -1);
  CHECK(decoded->landlockPaths[1].fd == 8 && decoded->rlimits[0].hard == UINT64_MAX);
}

void planRefusesTruncation() {
  std::vector<uint8_t> bytes = encodePlan(fullPlan());
  for (size_t size = 0; size < bytes.size(); size++) CHECK(!decodePlan(std::span(bytes).first(size)));
  bytes.push_back(0);
  CHECK(!decodePlan(bytes));
}

void planSurvivesHostileBytes() {
  // A fixed seed: a failure must come back.
  std::mt19937_64 random(7);
  std::vector<uint8_t> good = encodePlan(fullPlan());
  size_t accepted = 0;
  for (int round = 0; round < 20000; round++) {
    std::vector<uint8_t> bytes = good;
    if (round % 4 == 0) bytes.resize(random() % 256);
    for (size_t i = 0, n = 1 + random() % 8; i < n && !bytes.empty(); i++)
      bytes[random() % std::min<size_t>(bytes.size(), 400)] = random() % 3 ? static_cast<uint8_t>(random()) : 0xff;
    auto decoded = decodePlan(bytes);
    if (!decoded) continue;
    accepted++;
    // What is accepted is exactly what was sent, and no bigger.
    CHECK(encodePlan(*decoded) == bytes);
  }
  CHECK(accepted > 100);
}

}  // namespace tests
