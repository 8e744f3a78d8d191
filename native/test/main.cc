// Runs every test, or those named on the command line, each in a process of its own: one may close descriptors.
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "check.h"

namespace {

constexpr tests::Test kTests[] = {
    {"plan: round trip", tests::planRoundTrip},
    {"plan: refuses truncation", tests::planRefusesTruncation},
    {"plan: survives hostile bytes", tests::planSurvivesHostileBytes},
    {"channel: carries many descriptors", tests::channelCarriesManyDescriptors},
    {"channel: carries big configs", tests::channelCarriesBigConfigs},
    {"channel: refuses too many descriptors", tests::channelRefusesTooManyDescriptors},
    {"channel: tells that the peer is gone", tests::channelTellsThatThePeerIsGone},
    {"channel: refuses hostile headers", tests::channelRefusesHostileHeaders},
    {"descriptors: closed, but for a list", tests::descriptorsAreClosed},
    {"descriptors: closed at the edges", tests::descriptorsAtTheEdges},
    {"descriptors: an owner closes once", tests::ownFdClosesOnce},
    {"mounts: an id map leaves nothing", tests::idmapLeavesNothing},
    {"mounts: a tmpfs has its limits", tests::tmpfsHasItsLimits},
    {"process: how it ended", tests::reapTellsHowItEnded},
};

/** The child leaves by exit, so that the leak checker looks. */
bool passes(const tests::Test& test) {
  fflush(nullptr);
  pid_t pid = fork();
  if (pid == 0) {
    test.run();
    exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  int failed = 0;
  for (const tests::Test& test : kTests) {
    if (argc > 1 && strstr(test.name, argv[1]) == nullptr) continue;
    bool ok = passes(test);
    printf("%s %s\n", ok ? "ok" : "FAILED", test.name);
    failed += !ok;
  }
  return failed == 0 ? 0 : 1;
}
