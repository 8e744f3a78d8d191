// Prints the guest path of each preopened directory, in descriptor order.
#include <stdio.h>
#include <wasi/api.h>

int main(void) {
  __wasi_prestat_t stat;
  for (__wasi_fd_t fd = 3; fd < 64; fd++) {
    if (__wasi_fd_prestat_get(fd, &stat) != 0) continue;
    char name[4097];
    __wasi_fd_prestat_dir_name(fd, (uint8_t*)name, stat.u.dir.pr_name_len);
    name[stat.u.dir.pr_name_len] = 0;
    printf("%u %s\n", fd, name);
  }
  return 0;
}
