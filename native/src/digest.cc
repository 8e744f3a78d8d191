#include "digest.h"

// SHA256_* are deprecated since OpenSSL 3 for the EVP interface, whose first use costs 25 ms of loading providers.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>
#include <vector>

#include "convert.h"

namespace {

constexpr size_t kPieceBytes = 64 * 1024;

/** By reading, not by mapping: a file that is cut short meanwhile must not be a SIGBUS. */
sys::Failure sha256(int fd, uint64_t length, unsigned char digest[SHA256_DIGEST_LENGTH]) {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::vector<unsigned char> piece(static_cast<size_t>(std::min<uint64_t>(length, kPieceBytes)));
  for (uint64_t done = 0; done < length;) {
    size_t wanted = static_cast<size_t>(std::min<uint64_t>(length - done, piece.size()));
    ssize_t n = sys::retry([&] { return pread(fd, piece.data(), wanted, static_cast<off_t>(done)); });
    if (n < 0) return sys::failure("pread");
    if (n == 0) return {"pread", ENODATA};
    SHA256_Update(&context, piece.data(), static_cast<size_t>(n));
    done += static_cast<uint64_t>(n);
  }
  SHA256_Final(digest, &context);
  return {};
}

Napi::Value digest(const Napi::CallbackInfo& info) {
  auto result = Napi::Uint8Array::New(info.Env(), SHA256_DIGEST_LENGTH);
  auto length = static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value());
  convert::check(info.Env(), "digest", sha256(convert::argument(info, 0), length, result.Data()));
  return result;
}

Napi::Value digestBytes(const Napi::CallbackInfo& info) {
  auto bytes = info[0].As<Napi::Uint8Array>();
  auto result = Napi::Uint8Array::New(info.Env(), SHA256_DIGEST_LENGTH);
  SHA256(bytes.Data(), bytes.ByteLength(), result.Data());
  return result;
}

}  // namespace

void exportDigest(Napi::Env env, Napi::Object exports) {
  exports.Set("digest", Napi::Function::New(env, digest, "digest"));
  exports.Set("digestBytes", Napi::Function::New(env, digestBytes, "digestBytes"));
}
