/* What a C library would have for strings. */
#pragma once
#include "sys.h"

#define PATH_BYTES 4096

/* The compiler calls these by name. */
void* memcpy(void* to, const void* from, size_t bytes);
void* memset(void* to, int value, size_t bytes);
int memcmp(const void* a, const void* b, size_t bytes);

size_t stringLength(const char* text);
int stringsEqual(const char* a, const char* b);
int startsWith(const char* text, const char* prefix);
/* The last '/', or NULL. */
char* lastSlash(char* text);
/* Puts parts, up to a NULL, one behind the other; 0 when they don't fit. */
int join(char* into, size_t size, const char* const parts[]);
#define JOIN(into, ...) join(into, sizeof(into), (const char* const[]){__VA_ARGS__, NULL})
/* Writes a number in decimal or hexadecimal; returns `into`, which needs 24 bytes. */
char* decimal(char* into, long value);
char* hexadecimal(char* into, uint64_t value);
