#include "text.h"

void* memcpy(void* to, const void* from, size_t bytes) {
  char* t = to;
  const char* f = from;
  while (bytes-- > 0) *t++ = *f++;
  return to;
}

void* memset(void* to, int value, size_t bytes) {
  char* t = to;
  while (bytes-- > 0) *t++ = (char)value;
  return to;
}

int memcmp(const void* a, const void* b, size_t bytes) {
  const unsigned char *x = a, *y = b;
  for (; bytes > 0; bytes--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

size_t stringLength(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  return length;
}

int stringsEqual(const char* a, const char* b) {
  size_t length = stringLength(a);
  return length == stringLength(b) && memcmp(a, b, length) == 0;
}

int startsWith(const char* text, const char* prefix) {
  while (*prefix != '\0' && *text == *prefix) text++, prefix++;
  return *prefix == '\0';
}

char* lastSlash(char* text) {
  char* slash = NULL;
  for (; *text != '\0'; text++)
    if (*text == '/') slash = text;
  return slash;
}

int join(char* into, size_t size, const char* const parts[]) {
  size_t done = 0;
  for (; *parts != NULL; parts++) {
    size_t length = stringLength(*parts);
    if (length >= size - done) return 0;
    memcpy(into + done, *parts, length);
    done += length;
  }
  into[done] = '\0';
  return 1;
}

static char* digits(char* into, uint64_t value, unsigned base) {
  char reversed[24];
  int count = 0;
  do reversed[count++] = "0123456789abcdef"[value % base];
  while ((value /= base) > 0);
  for (int i = 0; i < count; i++) into[i] = reversed[count - 1 - i];
  into[count] = '\0';
  return into;
}

char* decimal(char* into, long value) {
  if (value >= 0) return digits(into, (uint64_t)value, 10);
  into[0] = '-';
  digits(into + 1, (uint64_t)-value, 10);
  return into;
}

char* hexadecimal(char* into, uint64_t value) {
  return digits(into, value, 16);
}
