// SHA-256 of files and bytes, by the OpenSSL that is part of Node.
#pragma once
#include <napi.h>

void exportDigest(Napi::Env env, Napi::Object exports);
