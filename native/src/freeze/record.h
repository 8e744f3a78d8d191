// A record of a start that went well, from which bin/wasmctr can repeat it.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "../plan.h"
#include "repeat.h"

namespace freeze {

struct GroupWrite {
  uint32_t group;
  std::string file;
  std::string value;
};

struct GrantedDirectory {
  std::string path;
  uint64_t attributes;
};

struct StartRecord {
  /** RepeatSituation and its texts. */
  std::span<const uint8_t> situation;
  /** The container's own id, 0 where it keeps its caller's. */
  uint32_t id;
  uint32_t pid;
  uint64_t cloneFlags;
  bool byRoot;
  SandboxPlan plan;
  std::span<const uint8_t> config;
  /** The directories in which its control groups were made. */
  std::vector<std::string> parents;
  /** Which of them is of version 2; −1. */
  int64_t unified;
  std::vector<GroupWrite> writes;
  bool givesProgram;
  /** Their paths. */
  std::vector<std::string> files;
  std::string absent;
  std::vector<GrantedDirectory> directories;
};

/** Empty where something has more than the format takes, or can't be repeated. */
std::vector<uint8_t> encodeRecord(const StartRecord& start);

}  // namespace freeze
