#pragma once

// Counts the signatures that it is asked about; answers as the plain one. Thread-safe.

#include <atomic>
#include <memory>

#include "crypto/p256.h"

namespace sogoc::support {

class CountingVerifier final : public crypto::P256BatchVerifier {
 public:
  void Verify(std::span<const crypto::P256Job> jobs, std::span<bool> results) const override {
    signatures_ += jobs.size();
    plain_->Verify(jobs, results);
  }
  std::size_t signatures() const { return signatures_; }

 private:
  mutable std::atomic<std::size_t> signatures_ = 0;
  const std::unique_ptr<crypto::P256BatchVerifier> plain_ = crypto::MakePlainP256Verifier();
};

}  // namespace sogoc::support
