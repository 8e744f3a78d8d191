// What a file is: its kind, its record for the host, and its times.
#pragma once
#include <sys/stat.h>

#include "call.h"

namespace data {

/** The same numbers as `fileKinds` in data.ts. */
enum FileKind {
  kUnknown = 0,
  kBlockDevice = 1,
  kCharacterDevice = 2,
  kDirectory = 3,
  kRegularFile = 4,
  kStreamSocket = 6,
  kSymbolicLink = 7,
  kTerminal = 8,
};

/** Every socket is taken for a stream: datagram sockets can be neither opened nor accepted. */
FileKind kindOfMode(mode_t mode);
/** Tells terminals from other devices. */
FileKind kindOf(const struct stat& status);

/** Bytes of a stat record. */
constexpr int kStatBytes = 64;
void storeStat(uint8_t* at, const struct stat& status);

/** utimensat(2)'s pair from (atime, mtime, flags); false: a time is both given and "now". */
bool readTimes(const Info& info, int index, timespec times[2]);

}  // namespace data
