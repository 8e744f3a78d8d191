// Writes each environment entry followed by a NUL, in the order given.
#include <stdio.h>
#include <string.h>

extern char** environ;

int main(void) {
  for (char** entry = environ; *entry; entry++) fwrite(*entry, 1, strlen(*entry) + 1, stdout);
  return 0;
}
