// What must not verify: proofs, hashes and numbers that were changed.

#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "crypto/log_tree.h"
#include "tests/support/test_log.h"

namespace sogoc::crypto {
namespace {

using support::DecimalLog;
using support::TestLog;

constexpr std::uint64_t kSizeMax = 64;  // of the trees tested exhaustively

// On which side each hash of a proof stands, bottom first. Two proofs with the same sides (and for
// consistency, the same kind of start) verify alike: a root alone cannot tell their sizes apart.
std::string InclusionSides(std::uint64_t m, std::uint64_t n) {
  if (n == 1) return "";
  const std::uint64_t k = std::bit_floor(n - 1);
  return m < k ? InclusionSides(m, k) + 'R' : InclusionSides(m - k, n - k) + 'L';
}

std::string ConsistencySides(std::uint64_t m, std::uint64_t n, bool known = true) {
  if (m == n) return known ? "old root " : "hash ";
  const std::uint64_t k = std::bit_floor(n - 1);
  return m <= k ? ConsistencySides(m, k, known) + 'R' : ConsistencySides(m - k, n - k, false) + 'L';
}

// Calls check(a proof with one bit changed) for every bit; in trees of more than 32 leaves for
// every seventh, which keeps the test short.
template <class Check>
void ForEachBitChange(std::uint64_t size, std::vector<Digest> proof, const Check& check) {
  for (Digest& digest : proof) {
    for (unsigned bit = 0; bit < 256; bit += size <= 32 ? 1 : 7) {
      const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
      digest[bit / 8] ^= mask;
      check(proof);
      digest[bit / 8] ^= mask;
    }
  }
}

template <class Check>
void ForEachBitChange(std::uint64_t size, const Digest& digest, const Check& check) {
  ForEachBitChange(size, std::vector{digest},
                   [&](const std::vector<Digest>& changed) { check(changed[0]); });
}

// Calls check(a proof that has one hash less or one more).
template <class Check>
void ForEachOtherLength(const std::vector<Digest>& proof, const Check& check) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    std::vector<Digest> shorter = proof;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    check(shorter);
  }
  for (std::size_t i = 0; i <= proof.size(); ++i) {
    std::vector<Digest> longer = proof;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i),
                  i == 0 ? Digest{} : proof[i - 1]);
    check(longer);
  }
}

TEST(LogTreeChanges, InclusionFailsAfterAnyBitChange) {
  const TestLog log = DecimalLog(kSizeMax);
  for (std::uint64_t n = 1; n <= kSizeMax; ++n) {
    for (std::uint64_t m = 0; m < n; ++m) {
      const Digest leaf = log.leaf(m);
      const Digest root = log.root(n);
      const std::vector<Digest> proof = log.Inclusion(m, n);
      ForEachBitChange(n, proof, [&](const std::vector<Digest>& changed) {
        ASSERT_FALSE(VerifyInclusion(leaf, m, n, changed, root));
      });
      ForEachBitChange(n, leaf, [&](const Digest& changed) {
        ASSERT_FALSE(VerifyInclusion(changed, m, n, proof, root));
      });
      ForEachBitChange(n, root, [&](const Digest& changed) {
        ASSERT_FALSE(VerifyInclusion(leaf, m, n, proof, changed));
      });
    }
  }
}

TEST(LogTreeChanges, ConsistencyFailsAfterAnyBitChange) {
  const TestLog log = DecimalLog(kSizeMax);
  for (std::uint64_t n = 1; n <= kSizeMax; ++n) {
    for (std::uint64_t m = 1; m <= n; ++m) {
      const Digest old_root = log.root(m);
      const Digest root = log.root(n);
      const std::vector<Digest> proof = log.Consistency(m, n);
      ForEachBitChange(n, proof, [&](const std::vector<Digest>& changed) {
        ASSERT_FALSE(VerifyConsistency(m, old_root, n, root, changed));
      });
      ForEachBitChange(n, old_root, [&](const Digest& changed) {
        ASSERT_FALSE(VerifyConsistency(m, changed, n, root, proof));
      });
      ForEachBitChange(n, root, [&](const Digest& changed) {
        ASSERT_FALSE(VerifyConsistency(m, old_root, n, changed, proof));
      });
    }
  }
}

TEST(LogTreeChanges, ProofsOfAnotherLengthFail) {
  const TestLog log = DecimalLog(kSizeMax);
  for (std::uint64_t n = 1; n <= kSizeMax; ++n) {
    for (std::uint64_t m = 0; m < n; ++m) {
      ForEachOtherLength(log.Inclusion(m, n), [&](const std::vector<Digest>& changed) {
        ASSERT_FALSE(VerifyInclusion(log.leaf(m), m, n, changed, log.root(n)));
      });
    }
    for (std::uint64_t m = 1; m <= n; ++m) {
      ForEachOtherLength(log.Consistency(m, n), [&](const std::vector<Digest>& changed) {
        ASSERT_FALSE(VerifyConsistency(m, log.root(m), n, log.root(n), changed));
      });
    }
  }
}

// As a forger would do it, who can choose the roots: hash what is too much into them.
TEST(LogTreeChanges, ProofsThatGoOnAboveTheRootFail) {
  const TestLog log = DecimalLog(kSizeMax);
  const Digest extra = LogLeafHash({});
  for (std::uint64_t n = 1; n <= kSizeMax; ++n) {
    for (std::uint64_t m = 0; m < n; ++m) {
      std::vector<Digest> proof = log.Inclusion(m, n);
      proof.push_back(extra);
      for (const Digest& root :
           {LogNodeHash(extra, log.root(n)), LogNodeHash(log.root(n), extra)}) {
        ASSERT_FALSE(VerifyInclusion(log.leaf(m), m, n, proof, root)) << m << "/" << n;
      }
    }
    for (std::uint64_t m = 1; m < n; ++m) {
      std::vector<Digest> proof = log.Consistency(m, n);
      proof.push_back(extra);
      const Digest& old_root = log.root(m);
      const Digest above_old = LogNodeHash(extra, old_root);
      const Digest above_left = LogNodeHash(extra, log.root(n));
      const Digest above_right = LogNodeHash(log.root(n), extra);
      ASSERT_FALSE(VerifyConsistency(m, above_old, n, above_left, proof)) << m << "->" << n;
      ASSERT_FALSE(VerifyConsistency(m, old_root, n, above_right, proof)) << m << "->" << n;
    }
  }
}

// With roots that belong to their sizes, as in checkpoints, a proof is good for one pair only.
TEST(LogTreeChanges, RelabelledProofsFailWithTheRootOfTheirSize) {
  constexpr std::uint64_t kMax = 32;
  const TestLog log = DecimalLog(kMax);
  for (std::uint64_t n = 1; n <= kMax; ++n) {
    for (std::uint64_t m = 0; m < n; ++m) {
      const std::vector<Digest> proof = log.Inclusion(m, n);
      for (std::uint64_t other_n = 1; other_n <= kMax; ++other_n) {
        for (std::uint64_t other_m = 0; other_m < other_n; ++other_m) {
          const bool same = other_m == m && other_n == n;
          ASSERT_EQ(VerifyInclusion(log.leaf(m), other_m, other_n, proof, log.root(other_n)), same)
              << m << "/" << n << " as " << other_m << "/" << other_n;
        }
      }
    }
  }
  for (std::uint64_t n = 2; n <= kMax; ++n) {
    for (std::uint64_t m = 1; m < n; ++m) {
      const std::vector<Digest> proof = log.Consistency(m, n);
      for (std::uint64_t other_n = 1; other_n <= kMax; ++other_n) {
        for (std::uint64_t other_m = 0; other_m <= other_n; ++other_m) {
          const bool same = other_m == m && other_n == n;
          ASSERT_EQ(
              VerifyConsistency(other_m, log.root(other_m), other_n, log.root(other_n), proof),
              same)
              << m << "->" << n << " as " << other_m << "->" << other_n;
        }
      }
    }
  }
}

// With a root whose size nobody vouches for, exactly the pairs whose paths turn alike are accepted.
TEST(LogTreeChanges, BitChangesOfIndexAndSizeFailUnlessThePathTurnsAlike) {
  const TestLog log = DecimalLog(kSizeMax);
  for (std::uint64_t n = 1; n <= kSizeMax; ++n) {
    for (std::uint64_t m = 0; m < n; ++m) {
      const std::vector<Digest> proof = log.Inclusion(m, n);
      const auto accepted = [&](std::uint64_t index, std::uint64_t size) {
        return VerifyInclusion(log.leaf(m), index, size, proof, log.root(n));
      };
      for (unsigned bit = 0; bit < 64; ++bit) {
        ASSERT_FALSE(accepted(m ^ std::uint64_t{1} << bit, n)) << m << "/" << n << " bit " << bit;
        const std::uint64_t size = n ^ std::uint64_t{1} << bit;
        const bool alike = m < size && InclusionSides(m, size) == InclusionSides(m, n);
        ASSERT_EQ(accepted(m, size), alike) << m << "/" << n << " bit " << bit;
      }
    }
    for (std::uint64_t m = 1; m < n; ++m) {
      const std::vector<Digest> proof = log.Consistency(m, n);
      const auto check = [&](std::uint64_t old_size, std::uint64_t new_size) {
        const bool alike = 0 < old_size && old_size < new_size &&
                           ConsistencySides(old_size, new_size) == ConsistencySides(m, n);
        ASSERT_EQ(VerifyConsistency(old_size, log.root(m), new_size, log.root(n), proof), alike)
            << m << "->" << n << " as " << old_size << "->" << new_size;
      };
      for (unsigned bit = 0; bit < 64; ++bit) {
        check(m ^ std::uint64_t{1} << bit, n);
        check(m, n ^ std::uint64_t{1} << bit);
      }
    }
  }
}

}  // namespace
}  // namespace sogoc::crypto
