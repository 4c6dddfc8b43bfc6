#pragma once

// Randomness for tests: every failure prints the seed, and SOGOC_TEST_SEED brings it back.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "node/base/bytes.h"

namespace sogoc::support {

class Random {
 public:
  Random() : Random(ChooseSeed()) {}
  explicit Random(std::uint64_t seed)
      : trace_(__FILE__, __LINE__, "SOGOC_TEST_SEED=" + std::to_string(seed)), engine_(seed) {}

  // Uniform in [0, end). Requires: end > 0.
  std::uint64_t Below(std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(engine_);
  }
  base::Bytes Bytes(std::size_t size) {
    base::Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(Below(256));
    return bytes;
  }

 private:
  static std::uint64_t ChooseSeed() {
    const char* given = std::getenv("SOGOC_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  }

  testing::ScopedTrace trace_;
  std::mt19937_64 engine_;
};

}  // namespace sogoc::support
