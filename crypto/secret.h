#pragma once

// Secrets in memory: passphrases and private keys.

#include <memory>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::crypto {

// Text that is cleared when it goes. Moves, never copies; empty after it was moved from.
class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view text);
  SecretString(SecretString&& other) noexcept;
  SecretString& operator=(SecretString&& other) noexcept;
  ~SecretString();

  // Valid as long as this object is.
  std::string_view view() const { return {text_.get(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
};

// Overwrites `bytes` with zeros, also where a compiler would leave that out.
void Clear(std::span<std::uint8_t> bytes);
void Clear(std::span<char> text);

// From now on this process writes no core file, and other processes of the same user cannot read
// its memory. For programs that hold private keys, first thing in main(). kUnavailable if the
// system refuses.
base::Status DisableCoreDumps();

}  // namespace sogoc::crypto
