#include "record.h"

#include <sys/stat.h>

#include <cstring>
#include <optional>

namespace freeze {
namespace {

/** Zeros fill the rest; false when it does not fit with one of them. */
template <size_t N>
bool put(char (&into)[N], const std::string& text) {
  if (text.size() >= N || text.find('\0') != std::string::npos) return false;
  std::memcpy(into, text.data(), text.size());
  return true;
}

bool putGroups(Repeat& into, const StartRecord& start) {
  if (start.parents.size() > REPEAT_GROUPS || start.writes.size() > REPEAT_WRITES) return false;
  for (const std::string& parent : start.parents) {
    RepeatGroup& group = into.group[into.groups];
    group.isUnified = into.groups++ == start.unified ? 1 : 0;
    struct stat st;
    if (!put(group.parent, parent) || stat(parent.c_str(), &st) < 0) return false;
    group.device = st.st_dev;
    group.inode = st.st_ino;
  }
  for (const GroupWrite& from : start.writes) {
    RepeatWrite& write = into.write[into.writes++];
    if (from.group >= into.groups || from.file.find('/') != std::string::npos) return false;
    if (!put(write.file, from.file) || !put(write.value, from.value)) return false;
    write.group = from.group;
  }
  return true;
}

bool putFiles(Repeat& into, const StartRecord& start) {
  into.givesProgram = start.givesProgram ? 1 : 0;
  if (start.files.size() > REPEAT_FILES || !put(into.absent, start.absent)) return false;
  for (const std::string& path : start.files) {
    RepeatFile& file = into.file[into.files++];
    struct stat st;
    if (!put(file.path, path) || lstat(path.c_str(), &st) < 0) return false;
    file.facts = frozenFacts(&st);
  }
  return true;
}

bool putDirectories(Repeat& into, const StartRecord& start) {
  if (start.directories.size() > REPEAT_DIRECTORIES) return false;
  for (const auto& [path, attributes] : start.directories) {
    RepeatDirectory& directory = into.directory[into.directories++];
    if (!put(directory.path, path)) return false;
    directory.attributes = attributes;
  }
  return true;
}

std::vector<uint8_t> encodeFor(SandboxPlan plan, uint32_t was, uint32_t id) {
  const auto rename = [&](std::string& map) {
    const std::string from = std::to_string(was), to = std::to_string(id);
    for (size_t at = map.find(from); at != std::string::npos; at = map.find(from, at + to.size()))
      map.replace(at, from.size(), to);
  };
  rename(plan.uidMap);
  rename(plan.gidMap);
  if (plan.uid == was) plan.uid = id;
  if (plan.gid == was) plan.gid = id;
  return encodePlan(plan);
}

bool holds(const std::vector<uint8_t>& bytes, size_t at, const void* what, size_t size) {
  return bytes.size() - at >= size && std::memcmp(bytes.data() + at, what, size) == 0;
}

/** The plan is encoded for two ids: where and only where the two differ, there are holes. */
bool putHoles(Repeat& into, const StartRecord& start, const std::vector<uint8_t>& bytes) {
  if (start.id == 0) return true;
  const uint32_t other = start.id ^ 0x1555;
  const std::string text = std::to_string(start.id), otherText = std::to_string(other);
  const std::vector<uint8_t> others = encodeFor(start.plan, start.id, other);
  if (text.size() != otherText.size() || bytes.size() != others.size()) return false;
  for (size_t at = 0; at < bytes.size();) {
    const bool isText = holds(bytes, at, text.data(), text.size()) && holds(others, at, otherText.data(), text.size());
    const bool isWord = holds(bytes, at, &start.id, sizeof start.id) && holds(others, at, &other, sizeof other);
    if (!isText && !isWord) {
      if (bytes[at] != others[at]) return false;
      at++;
      continue;
    }
    if (into.holes == REPEAT_HOLES) return false;
    into.hole[into.holes++] = {static_cast<uint32_t>(at), isText ? 1u : 0u};
    at += isText ? text.size() : sizeof start.id;
  }
  into.firstId = start.id - start.pid;
  return true;
}

}  // namespace

std::vector<uint8_t> encodeRecord(const StartRecord& start) {
  Repeat header{};
  const std::vector<uint8_t> plan = encodePlan(start.plan);
  const size_t bytes = sizeof header + start.situation.size() + plan.size() + start.config.size();
  if (bytes > REPEAT_MAX_BYTES || start.situation.size() > REPEAT_MAX_SITUATION) return {};
  if (!putGroups(header, start) || !putFiles(header, start) || !putDirectories(header, start) ||
      !putHoles(header, start, plan))
    return {};
  header.magic = REPEAT_MAGIC;
  header.cloneFlags = start.cloneFlags;
  header.byRoot = start.byRoot ? 1 : 0;
  header.situationBytes = static_cast<uint32_t>(start.situation.size());
  header.planBytes = static_cast<uint32_t>(plan.size());
  header.configBytes = static_cast<uint32_t>(start.config.size());
  std::vector<uint8_t> record(sizeof header);
  record.insert(record.end(), start.situation.begin(), start.situation.end());
  record.insert(record.end(), plan.begin(), plan.end());
  record.insert(record.end(), start.config.begin(), start.config.end());
  std::memcpy(record.data(), &header, sizeof header);
  header.hash = frozenHash(0, record.data(), record.size());
  std::memcpy(record.data(), &header, sizeof header);
  return record;
}

}  // namespace freeze
