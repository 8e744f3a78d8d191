// The machine's first process, twice. In the initramfs it loads the disk's driver and moves onto the disk: a
// container's pivot_root is refused while the root is the initramfs itself. From the disk it starts the tests, reaps,
// and turns the machine off when they end. Messages go to the serial console, as the tests' do.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void off(const char* why) {
  printf("init: %s: %s\n", why, strerror(errno));
  fflush(stdout);
  sync();
  reboot(RB_POWER_OFF);
}

static void mountAt(const char* type, const char* at) {
  mkdir(at, 0755);
  if (mount(type, at, type, 0, NULL) < 0) off(at);
}

static void loadModule(const char* path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0) off(path);
  close(fd);
}

// The image's files are named in the order in which they must be loaded.
static void boot(void) {
  char path[] = "/modules/0.ko";
  for (; access(path, R_OK) == 0; path[9]++) loadModule(path);
  mountAt("devtmpfs", "/dev");
  mkdir("/disk", 0755);
  for (int tries = 0; mount("/dev/vda", "/disk", "ext4", 0, NULL) < 0; tries++) {
    if (tries == 500) off("/dev/vda");
    usleep(10000);
  }
  if (chdir("/disk") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0) off("entering the disk");
  execl("/init", "init", "disk", (char*)NULL);
  off("/init");
}

int main(int argc, char** argv) {
  (void)argv;
  setvbuf(stdout, NULL, _IONBF, 0);
  if (argc == 1) boot();
  mountAt("devtmpfs", "/dev");
  mountAt("proc", "/proc");
  mountAt("sysfs", "/sys");
  mountAt("tmpfs", "/tmp");
  mountAt("tmpfs", "/run");
  chmod("/tmp", 01777);
  int console = open("/dev/console", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(console, fd);
  pid_t tests = fork();
  if (tests == 0) {
    char* const env[] = {"PATH=/usr/bin:/bin", "HOME=/tmp", NULL};
    char* const arguments[] = {"node", "/vm/main.mjs", NULL};
    setsid();
    execve("/usr/bin/node", arguments, env);
    off("/usr/bin/node");
  }
  int status = 0;
  for (pid_t pid; (pid = wait(&status)) != tests;)
    if (pid < 0 && errno == ECHILD) break;
  errno = 0;
  printf("ended %d\n", status);
  off("the tests ended");
}
