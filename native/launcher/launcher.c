/* bin/wasmctr: puts arguments and environment where only the supervisor will read them, then becomes a warm Node: one
 * that was frozen into a file, or else the pinned Node with our flags. Node's own argv and environment stay free of the
 * caller's data, because every container is a fork of that process and would inherit them (proc(5), /proc/PID/environ
 * and the pages behind it). */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/auxvec.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

/* Modules up to this size go straight to TurboFan; V8 has no on-stack replacement for Wasm, so a hot loop that is
 * entered once would stay in baseline code. Bigger ones tier up: compiling all of them first costs more than it gives.
 */
#define SMALL_MODULE_BYTES (1024 * 1024)

static const char* nameOf(long error, char* number) {
  switch (error) {
    case -ENOENT:
      return "ENOENT";
    case -EACCES:
      return "EACCES";
    case -EPERM:
      return "EPERM";
    case -ENOMEM:
      return "ENOMEM";
    case -EFBIG:
      return "EFBIG";
    case -EMFILE:
      return "EMFILE";
    case -ENFILE:
      return "ENFILE";
    case -EINVAL:
      return "EINVAL";
    case -ENOSPC:
      return "ENOSPC";
    case -ENOSYS:
      return "ENOSYS";
    case -ENOEXEC:
      return "ENOEXEC";
    case -ENAMETOOLONG:
      return "ENAMETOOLONG";
    default:
      return decimal(number, -error);
  }
}

_Noreturn void fail(const char* what, const char* object, long error, const char* hint) {
  static char line[2 * PATH_BYTES];
  char number[24];
  JOIN(line, "wasmctr: ", what, ": ", object, ": ", nameOf(error, number), ": ", hint, "\n");
  SYS(write, 2, line, stringLength(line));
  for (;;) SYS(exit_group, 125);
}

/* Which of stdin, stdout and stderr are open, as bits: Node opens /dev/null in place of the others. */
static int openStdio(void) {
  int open = 0;
  for (int fd = 0; fd < 3; fd++)
    if (SYS(fcntl, fd, F_GETFD) >= 0) open |= 1 << fd;
  return open;
}

/* What Node does when it starts; and by then the launcher has opened some itself. */
static void raiseOpenFiles(void) {
  struct rlimit limit;
  if (SYS(prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  SYS(prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
}

/* Unknown (stdin, a config) counts as big: TurboFan for all of a big module would cost seconds. */
static int isSmall(const struct Program* program) {
  return program->bytes > 0 && program->bytes <= SMALL_MODULE_BYTES;
}

#define ALL_STDIO 7

/* ALWAYS: with no dice thrown (below). */
enum Frozen { OFF, ON, ALWAYS, REFRESH };

static enum Frozen frozenMode(const struct Caller* caller) {
  const char* wish = environment(caller, "WASMCTR_FROZEN");
  /* With rights that the caller does not have, the caller's folders are none of ours. */
  if (auxiliary(caller, AT_SECURE) != 0 || (wish != NULL && stringsEqual(wish, "0"))) return OFF;
#if defined(__aarch64__)
  return OFF; /* Written, but not run yet on this architecture. */
#else
  if (wish != NULL && stringsEqual(wish, "1")) return ALWAYS;
  return wish != NULL && stringsEqual(wish, "refresh") ? REFRESH : ON;
#endif
}

/* For doctor: would the next small module start from an image? */
static const char* tryFrozen(const struct Caller* caller) {
  static struct Node node;
  static struct FrozenIdentity identity;
  static struct Image image;
  char name[64];
  if (frozenMode(caller) == OFF) return "switched off";
  packageRoot(node.root);
  describeNode(&node, 1);
  fillIdentity(&identity, &node, caller);
  imageName(name, &node, 1);
  int folder = openFolder(caller, 0);
  const char* reason = folder < 0 ? "no image yet" : openImage(&image, name, &identity, caller, folder);
  return reason == NULL ? "usable" : reason;
}

/* One start in so many does all of its own: what has been learned since is used, and what is used stays in the cache.
 */
#define REPEATS 32
/* Of the starts that are not known yet, one in so many is written down: most are never seen again. */
#define RECORDS 4

/* Of the repeated starts of a small module without kept code, one in so many has its code made and kept: where a
 * program is run that often, the work comes back. */
#define KEEPS_CODE 16

/* As a start like this one was done before, if there is a record of it; otherwise asks for one. */
static void tryRepeat(int* folder, const char* name, enum Frozen mode, const struct Image* image,
                      const struct Caller* caller, const struct Program* program, struct FrozenStart* start) {
  static struct Situation situation;
  char recorded[REPEAT_NAME];
  struct SignalAction before;
  const uint16_t* random = (const uint16_t*)auxiliary(caller, AT_RANDOM);
  if (random == NULL) return;
  setSignal(SIGXFSZ, SIG_IGN, &before);
  if (describeSituation(&situation, image, caller, program)) {
    struct Given given;
    recordName(recorded, name, &situation);
    const struct Repeat* record = openRecord(*folder, recorded, &situation, &given);
    start->keepsCode = record != NULL && record->absent[0] != '\0' && mode != ALWAYS && random[2] % KEEPS_CODE == 0;
    SYS(close, *folder);
    *folder = -1;
    if (record != NULL && !start->keepsCode && (mode == ALWAYS || random[1] % REPEATS != 0))
      repeatStart(image, caller, record, &situation, &given, start);
    closeGiven(&given, &situation);
    if (record == NULL && (mode == ALWAYS || random[1] % RECORDS == 0))
      start->situationFd = offerSituation(recorded, &situation);
  }
  if (situation.programFd >= 0) SYS(close, situation.programFd);
  resetSignal(SIGXFSZ, &before);
}

/* Does not return when it worked; otherwise says why. */
static const char* startFrozen(struct Node* node, const struct Caller* caller, const struct Program* program,
                               int stdioMask) {
  enum Frozen mode = frozenMode(caller);
  if (mode == OFF) return "switched off";
  static struct FrozenIdentity identity;
  static struct Image image;
  static struct FrozenStart start;
  char name[64];
  fillIdentity(&identity, node, caller);
  if (identity.bootId[0] == '\0') return "no boot id";
  imageName(name, node, isSmall(program));
  if (mode == REFRESH) refreeze(caller, node, name, &identity, 1);
  int folder = openFolder(caller, 0);
  const char* reason = folder < 0 ? "no image yet" : openImage(&image, name, &identity, caller, folder);
  if (mode != REFRESH && (reason != NULL || image.isOld)) refreeze(caller, node, name, &identity, 0);
  if (reason == NULL) {
    start = (struct FrozenStart){.openStdio = stdioMask, .situationFd = -1, .programArgument = program->argument};
    JOIN(start.kind, program->kind);
    JOIN(start.network, program->network);
    if (stdioMask == ALL_STDIO && !image.isOld) tryRepeat(&folder, name, mode, &image, caller, program, &start);
    start.argumentsFd = handOver(caller);
  }
  if (folder >= 0) SYS(close, folder);
  return reason != NULL ? reason : restore(&image, caller, &start);
}

_Noreturn void launch(struct Caller* caller) {
  static struct Node node;
  char stdioArg[24], fdArg[24];
  struct timespec now = {0, 0};
  SYS(clock_gettime, CLOCK_MONOTONIC, &now);
  caller->startedNs = now.tv_sec * 1000000000ll + now.tv_nsec;
  int stdioMask = openStdio();
  raiseOpenFiles();
  packageRoot(node.root);
  const char* command = caller->argc > 1 ? caller->argv[1] : "";
  int isRun = stringsEqual(command, "run") || stringsEqual(command, "learn");
  struct Program program = isRun ? findProgram(caller) : (struct Program){0, 0, "unknown", "offline"};
  if (isRun && !stringsEqual(program.kind, "module") && wantsNetwork(caller)) program.network = "network";
  describeNode(&node, isSmall(&program));
  const char* reason = "";
  if (stringsEqual(command, "doctor")) reason = tryFrozen(caller);
  if (isRun) reason = startFrozen(&node, caller, &program, stdioMask);
  const int argumentsFd = handOver(caller);
  addArgument(&node, isRun ? "run" : "main");
  addArgument(&node, decimal(fdArg, argumentsFd));
  addArgument(&node, decimal(stdioArg, stdioMask));
  addArgument(&node, program.kind);
  addArgument(&node, program.network);
  addArgument(&node, reason);
  const char* const none[] = {NULL};
  execNode(&node, none);
  fail("can't run Node", node.root, -ENOENT, "reinstall the package");
}
