/* What says on the control channel that a plan has come. Sent by the addon (channel.cc) and by bin/wasmctr
 * (../launcher/container.c). C and C++. */
#pragma once
#include <stdint.h>

/* Plan and config lie in a memfd, the first descriptor of all: they may exceed any socket buffer. */
struct PlanMessage {
  uint32_t planBytes;
  uint32_t configBytes;
  uint32_t fdCount;
};
