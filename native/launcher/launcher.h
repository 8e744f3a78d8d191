/* bin/wasmctr, file by file: what each part needs of the others. */
#pragma once
#include <sys/stat.h>

#include "../src/freeze/repeat.h"
#include "text.h"

/* start.c: who called, as the kernel put it on the stack. */
struct Caller {
  int argc;
  char** argv;
  char** env;
  const uint64_t* auxiliary;
  uint64_t kernelStack;
  int64_t startedNs;
};
uint64_t auxiliary(const struct Caller* caller, uint64_t type);
/* NULL when there is no such variable. */
const char* environment(const struct Caller* caller, const char* name);

/* launcher.c */
_Noreturn void launch(struct Caller* caller);
/* One line on stderr, and exit 125. `error` is −errno. */
_Noreturn void fail(const char* what, const char* object, long error, const char* hint);

/* handover.c: a memfd with the argument count in decimal, then arguments and environment, each ended by NUL. Made once:
 * the caller's strings may be gone when it is wanted again. */
int handOver(const struct Caller* caller);

/* signals.c. The kernel's struct sigaction, of which the C library has another. */
struct SignalAction {
  uint64_t handler, flags, restorer, mask;
};
/* SIG_DFL or SIG_IGN. */
void setSignal(int number, void (*handler)(int), struct SignalAction* before);
void resetSignal(int number, const struct SignalAction* before);

/* module.c: the size is of the first argument that names a Wasm file, a guess for speed only. The kind ("module",
 * "component", "unknown") is sure or unknown: a component anywhere may be the program, and so may be what stdin or a
 * config names. */
struct Program {
  int64_t bytes;
  /* Its place among the arguments; 0: none was found. */
  int argument;
  const char* kind;
  /* "network" or "offline". */
  const char* network;
};
struct Program findProgram(const struct Caller* caller);
/* Whether a flag may give the guest a network: its broker is then forked before the arguments are read. A guess:
 * without one, a broker that is needed is forked later. */
int wantsNetwork(const struct Caller* caller);

/* node.c */
struct Node {
  /* The package's folder. */
  char root[PATH_BYTES];
  /* Node's arguments: its flags, then the script; mode and what the mode takes follow. */
  const char* args[24];
  int count;
  char script[PATH_BYTES];
};
void packageRoot(char root[PATH_BYTES]);
void describeNode(struct Node* node, int isSmall);
void addArgument(struct Node* node, const char* argument);
/* Returns when it could not be started. */
void execNode(struct Node* node, const char* const environment[]);

/* folder.c: where images lie. Descriptor of the folder, or −errno; checked to be nobody else's. */
int openFolder(const struct Caller* caller, int create);

/* identity.c */
void fillIdentity(struct FrozenIdentity* identity, const struct Node* node, const struct Caller* caller);

/* image.c: an image that may be used, open, with the files that it maps. */
struct Image {
  int fd;
  const struct FrozenHeader* header;
  int files[FROZEN_MAX_FILES];
  /* Says which image it is, and which bytes it has. */
  uint64_t seal;
  /* Past its time: used once more, while the next is made. */
  int isOld;
};
/* NULL, or why there is none: words that --stats and doctor show. */
const char* openImage(struct Image* image, const char* name, const struct FrozenIdentity* identity,
                      const struct Caller* caller, int folder);
int isSameFile(const struct FrozenFile* file, const struct stat* st);
/* Like "small-5f3a…": one for each set of flags and each installed package. `into` needs 64 bytes. */
void imageName(char* into, const struct Node* node, int isSmall);

/* restore.c: becomes the frozen process, or returns why not. The caller's strings are gone then. */
const char* restore(const struct Image* image, const struct Caller* caller, const struct FrozenStart* start);

/* situation.c: 0 where this start is of a kind that is not repeated. */
struct Situation {
  struct RepeatSituation* facts;
  /* With the texts behind it. */
  size_t bytes;
  /* The program, open; −1. */
  int programFd;
};
int describeSituation(struct Situation* into, const struct Image* image, const struct Caller* caller,
                      const struct Program* program);

/* Descriptors for a container, in order. */
struct Given {
  int fds[1 + REPEAT_FILES + REPEAT_DIRECTORIES + REPEAT_GROUPS];
  uint32_t count;
};

/* directories.c: adds those of a record; 0 where one can't be opened. */
int openDirectories(struct Given* given, const struct Repeat* record);
/* For root: each of them as a mount for the container with this id; 0 where one can't be, and there are none then. */
int mountDirectories(int trees[REPEAT_DIRECTORIES], const struct Given* given, const struct Repeat* record,
                     uint32_t id);

/* repeat.c: the record of a start like this one, with the files that it gives; NULL. */
const struct Repeat* openRecord(int folder, const char* name, const struct Situation* situation, struct Given* given);
/* All but the program, which is the situation's. */
void closeGiven(struct Given* given, const struct Situation* situation);
void recordName(char into[REPEAT_NAME], const char* imageName, const struct Situation* situation);
/* For a supervisor that is to write a record: a memfd, or −1. */
int offerSituation(const char* name, const struct Situation* situation);

/* groups.c */
struct Groups {
  const struct Repeat* record;
  char name[REPEAT_PATH];
  int parents[REPEAT_GROUPS];
  /* Of those of version 1 the `tasks` files, open for writing; −1. */
  int tasks[REPEAT_GROUPS];
  /* The one of version 2, to be cloned into; −1. */
  int unified;
  uint32_t count, made;
};
/* 0 where one can't be made as it was, or there are some to be removed; there is none of ours then. */
int makeGroups(struct Groups* groups, const struct Repeat* record, uint64_t pidNamespace);
/* What a process enters by, once it is inside. */
void closeEntries(struct Groups* groups);
/* They are opened again where they are needed. */
void closeParents(struct Groups* groups);
/* 0 where one can't be removed. */
int removeGroups(struct Groups* groups);

/* outcome.c: looks at what a container that has ended sent, and leaves it there for a supervisor: "ready", the outcome,
 * the end. Its exit code where it ended by itself, or −1. */
int peekExit(int socket);

/* container.c: does not return once there is a container; where it returns, there is none and no group, and any other
 * way to start is open. */
void repeatStart(const struct Image* image, const struct Caller* caller, const struct Repeat* record,
                 const struct Situation* situation, struct Given* given, struct FrozenStart* start);

/* refreeze.c: starts a process that makes an image, unless one is at it. `wait`: until it has ended. */
void refreeze(const struct Caller* caller, const struct Node* node, const char* name,
              const struct FrozenIdentity* identity, int wait);
