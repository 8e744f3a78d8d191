// The least that a test program needs: conditions that end it with the place where they failed, and a table of tests.
#pragma once
#include <cstdio>
#include <cstdlib>

// Variadic: a braced list in a condition has commas.
#define CHECK(...)                                                               \
  do {                                                                           \
    if (!(__VA_ARGS__)) {                                                        \
      fprintf(stderr, "%s:%d: %s is false\n", __FILE__, __LINE__, #__VA_ARGS__); \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

namespace tests {

struct Test {
  const char* name;
  void (*run)();
};

void planRoundTrip();
void planRefusesTruncation();
void planSurvivesHostileBytes();
void channelCarriesManyDescriptors();
void channelCarriesBigConfigs();
void channelRefusesTooManyDescriptors();
void channelTellsThatThePeerIsGone();
void channelRefusesHostileHeaders();
void descriptorsAreClosed();
void descriptorsAtTheEdges();
void ownFdClosesOnce();
void idmapLeavesNothing();
void tmpfsHasItsLimits();
void reapTellsHowItEnded();

}  // namespace tests
