// Calls for attack tests only: built with -DWASMCTR_TEST_HOOKS (`node native/build.mjs test-addon`), never published.
#pragma once
#ifdef WASMCTR_TEST_HOOKS
#include <napi.h>

#include <string>
#include <vector>

namespace testing {

/** Stages to apply, by name and in this order; empty: the table as it is. "pause" waits to be killed. */
const std::vector<std::string>& stageOrder();
void pauseForever();

}  // namespace testing

void exportTestHooks(Napi::Env env, Napi::Object exports);
#endif
