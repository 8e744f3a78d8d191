#include "files.h"

#include <sys/stat.h>

#include <cstring>

namespace freeze {

sys::Failure addFile(Scratch& scratch, const char* path, bool mapped, uint16_t& index) {
  FrozenHeader& header = scratch.header;
  for (index = 0; index < header.files; index++) {
    FrozenFile& file = scratch.files[index];
    if (strcmp(scratch.paths + file.path, path) != 0) continue;
    file.mapped |= mapped ? 1 : 0;
    return {};
  }
  const size_t length = strlen(path) + 1;
  if (header.files == FROZEN_MAX_FILES || length > sizeof scratch.paths - scratch.pathBytes)
    return {"list files", E2BIG};
  struct stat st;
  // A file that was replaced or removed since it was mapped: "… (deleted)".
  if (stat(path, &st) < 0) return sys::failure("stat a mapped file");
  FrozenFile& file = scratch.files[header.files++];
  file = frozenFacts(&st);
  file.path = static_cast<uint32_t>(scratch.pathBytes);
  file.mapped = mapped ? 1u : 0u;
  memcpy(scratch.paths + scratch.pathBytes, path, length);
  scratch.pathBytes += length;
  return {};
}

}  // namespace freeze
