#include "crypto/secret.h"

#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace sogoc::crypto {

SecretString::SecretString(std::string_view text)
    : text_(std::make_unique<char[]>(text.size())), size_(text.size()) {
  std::copy(text.begin(), text.end(), text_.get());
}

SecretString::SecretString(SecretString&& other) noexcept
    : text_(std::move(other.text_)), size_(std::exchange(other.size_, 0)) {}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  SecretString taken(std::move(other));
  std::swap(text_, taken.text_);
  std::swap(size_, taken.size_);
  return *this;
}

SecretString::~SecretString() { Clear(std::span<char>(text_.get(), size_)); }

void Clear(std::span<std::uint8_t> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }
void Clear(std::span<char> text) { OPENSSL_cleanse(text.data(), text.size()); }

base::Status DisableCoreDumps() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return base::Unavailable("cannot switch core dumps off: " +
                             std::generic_category().message(errno));
  }
  return base::Ok();
}

}  // namespace sogoc::crypto
