/* How a container of a repeated start ended, by its own words. */
#include <sys/socket.h>

#include "launcher.h"

/* What a container says that ended by itself (runtime/guest-message.ts); the exit code, or −1. */
static int plainExit(const char* text) {
  static const char begin[] = "{\"type\":\"outcome\",\"outcome\":{\"kind\":\"exit\",\"code\":";
  static const char io[] = "},\"io\":{";
  static const char end[] = ",\"outputTruncated\":false},\"uses\":null}";
  if (!startsWith(text, begin)) return -1;
  const char* at = text + sizeof begin - 1;
  int code = 0;
  for (; *at >= '0' && *at <= '9' && code < 256; at++) code = code * 10 + (*at - '0');
  const size_t rest = stringLength(at);
  if (code > 255 || !startsWith(at, io) || rest < sizeof end) return -1;
  return stringsEqual(at + rest - (sizeof end - 1), end) ? code : -1;
}

int peekExit(int socket) {
  static char text[512];
  const int from = 0, off = -1;
  int code = -1;
  if (SYS(setsockopt, socket, SOL_SOCKET, SO_PEEK_OFF, &from, sizeof from) != 0) return -1;
  for (int i = 0; i < 3; i++) {
    const long n = SYS(recvfrom, socket, text, sizeof text - 1, MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC, NULL, NULL);
    const int isEnd = n == 0;
    if (n < 0 || n >= (long)sizeof text || isEnd != (i == 2)) {
      code = -1;
      break;
    }
    text[n] = '\0';
    if (i == 0 && !startsWith(text, "{\"type\":\"ready\",")) break;
    if (i == 1 && (code = plainExit(text)) < 0) break;
  }
  SYS(setsockopt, socket, SOL_SOCKET, SO_PEEK_OFF, &off, sizeof off);
  return code;
}
