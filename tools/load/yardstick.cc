#include "tools/load/yardstick.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace sogoc::load {

double OpenSslVerifyRate(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  const std::string message(400, 'x');
  std::vector<unsigned char> signature(128);
  std::size_t size = signature.size();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context, signature.data(), &size, data, message.size());
  EVP_MD_CTX_free(context);
  int done = 0;
  const auto start = Clock::now();
  while (seconds_since(start) < seconds) {
    for (int i = 0; i < 200; ++i, ++done) {
      EVP_MD_CTX* verify = EVP_MD_CTX_new();
      EVP_DigestVerifyInit(verify, nullptr, EVP_sha256(), nullptr, key);
      if (EVP_DigestVerify(verify, signature.data(), size, data, message.size()) != 1) std::abort();
      EVP_MD_CTX_free(verify);
    }
  }
  EVP_PKEY_free(key);
  return done / seconds_since(start);
}

}  // namespace sogoc::load
