/* The format of a start that can be repeated: written by the addon (freeze/record.cc) for a start that went well, read
 * by bin/wasmctr (native/launcher/repeat.c), which then does the same once more without a supervisor in JavaScript. C
 * and C++. Behind struct Repeat lie its situation, the plan and the config, one after the other. */
#pragma once
#include "image.h"

/* "wasmctr" and the version of this format: whoever changes a struct changes the number. */
#define REPEAT_MAGIC 0x7761736d63747285ull

/* Ceilings for both sides: what has more is not repeated. */
#define REPEAT_MAX_BYTES (64 * 1024)
#define REPEAT_MAX_SITUATION (16 * 1024)
#define REPEAT_GROUPS 4
#define REPEAT_WRITES 8
#define REPEAT_HOLES 8
#define REPEAT_FILES 2
#define REPEAT_DIRECTORIES 4
#define REPEAT_PATH 256

/* A control group to be made. Into one of version 2 the process is born; one of version 1 it joins by its `tasks` file.
 */
struct RepeatGroup {
  char parent[REPEAT_PATH];
  uint64_t isUnified;
  /* The parent must still be this directory. */
  uint64_t device;
  uint64_t inode;
};

/* A limit, written into a file of a new group. */
struct RepeatWrite {
  uint32_t group;
  char file[60];
  char value[64];
};

/* Where the plan has the container's id, which is firstId and its pid: four bytes, or as many decimal digits as
 * firstId has. */
struct RepeatHole {
  uint32_t at;
  uint32_t isText;
};

/* What a container is given beside its program or in place of it: a component's pack, and compiled code. */
struct RepeatFile {
  struct FrozenFile facts;
  char path[REPEAT_PATH];
};

/* A directory to be granted (native/launcher/directories.c). */
struct RepeatDirectory {
  /* As the caller wrote it. */
  char path[REPEAT_PATH];
  /* Of its mount, MOUNT_ATTR_*. */
  uint64_t attributes;
};

struct Repeat {
  uint64_t magic;
  /* Of everything, with this field zero. */
  uint64_t hash;
  /* CLONE_NEW* flags of the container. */
  uint64_t cloneFlags;
  uint32_t byRoot;
  /* 0: the container keeps its caller's ids, and there are no holes. */
  uint32_t firstId;
  uint32_t groups, writes, holes;
  /* 1: the container's first descriptor is the program, as of a module; then those of the files, and the directories.
   */
  uint32_t givesProgram;
  uint32_t files;
  uint32_t directories;
  struct RepeatFile file[REPEAT_FILES];
  struct RepeatDirectory directory[REPEAT_DIRECTORIES];
  /* Where compiled code would lie: it must still not be there. "": none was looked for, or it is one of the files. */
  char absent[REPEAT_PATH];
  struct RepeatGroup group[REPEAT_GROUPS];
  struct RepeatWrite write[REPEAT_WRITES];
  struct RepeatHole hole[REPEAT_HOLES];
  uint32_t situationBytes, planBytes, configBytes;
  uint32_t alsoUnused;
};

/* What is known of a start before it is done, and decides whether one can be repeated: all that a supervisor would look
 * at (native/launcher/situation.c). The texts follow: arguments, some of the environment, control groups. */
struct RepeatSituation {
  uint64_t imageSeal;
  struct FrozenFile program;
  uint64_t stdioDevice[3];
  uint32_t stdioType[3];
  uint32_t ids[6];
  uint32_t argc;
  uint32_t noNewPrivs;
  uint32_t seccomp;
  uint64_t capabilities[2];
  uint64_t hardLimits[16];
  uint64_t pidNamespace;
  uint64_t userNamespace;
};

/* How the launcher hands it to a start of which it wants a record: the record's name in the folder of images, then the
 * situation. */
#define REPEAT_NAME 96
