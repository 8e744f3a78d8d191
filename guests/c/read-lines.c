// Answers each line of standard input at once with "got LINE", and the end of input with "end".
#include <stdio.h>

int main(void) {
  char line[1024];
  setvbuf(stdout, NULL, _IONBF, 0);
  puts("ready");
  while (fgets(line, sizeof line, stdin)) printf("got %s", line);
  puts("end");
  return 0;
}
