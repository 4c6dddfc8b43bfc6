// Proofs about the log and the state, against trees of the published vectors: whatever decodes
// encodes to the same bytes, and nothing verifies but the one right proof.
//
// Input: u8 0 and a state proof's wire form; or u8 1, u64 first number, u64 second number, and as
// many hashes as follow, taken as a proof about the log.

#include <array>
#include <cstdlib>

#include "crypto/log_tree.h"
#include "crypto/state_tree.h"

namespace {

using namespace sogoc;  // NOLINT: a program of one file
using base::AsBytes;
using base::Digest;

void Expect(bool condition) {
  if (!condition) std::abort();
}

Digest Hex(std::string_view text) { return base::DigestFromHex(text).value(); }

// The tree with label/0001: active, where label/0004's path ends at the same leaf.
void TryStateProof(base::ByteView bytes) {
  static const Digest root =
      Hex("87ba3c9636e8e081268491f56be60bc1a76c985379812ad1c5abc2d4181756c7");
  static const crypto::StateProof right = {
      crypto::StateProof::Leaf{crypto::Sha256(AsBytes("label/0001")),
                               crypto::Sha256(AsBytes("active"))},
      {Hex("2eecc170acb72cf383eb72f76ea2a49134f784c63043e0a95f2550ff18958bfb"),
       Hex("5b5783e512980e4ffff62d1fc155018ee4214afa73a796632cb1ed1c69e677f7")}};
  const auto proof = crypto::DecodeStateProof(bytes);
  if (!proof) return;
  Expect(base::Equal(crypto::EncodeStateProof(*proof), bytes));
  const auto holds = [&](std::string_view key, std::string_view value) {
    return crypto::VerifyStateMembership(root, AsBytes(key), AsBytes(value), *proof);
  };
  const auto lacks = [&](std::string_view key) {
    return crypto::VerifyStateAbsence(root, AsBytes(key), *proof);
  };
  Expect(holds("label/0001", "active") == (*proof == right));
  Expect(lacks("label/0004") == (*proof == right));
  Expect(!holds("label/0001", "revoked") && !lacks("label/0001"));
  Expect(!holds("label/0004", "active"));
}

// The log of 8 leaves: leaf 5 in it, and the step from 6 leaves.
void TryLogProof(std::uint64_t first, std::uint64_t second, const std::vector<Digest>& proof) {
  static const Digest leaf =
      crypto::LogLeafHash(std::array<std::uint8_t, 4>{0x40, 0x41, 0x42, 0x43});
  static const Digest root_6 =
      Hex("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef");
  static const Digest root_8 =
      Hex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
  static const Digest node_67 =
      Hex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0");
  static const Digest node_0123 =
      Hex("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
  static const std::vector<Digest> right_inclusion = {
      Hex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"), node_67, node_0123};
  static const std::vector<Digest> right_consistency = {
      Hex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"), node_67, node_0123};

  // Other numbers may be accepted: a root does not pin them (crypto/log_tree.h).
  const bool included = crypto::VerifyInclusion(leaf, first, second, proof, root_8);
  Expect(!included || (first < second && proof == right_inclusion));
  Expect(included || first != 5 || second != 8 || proof != right_inclusion);

  const bool consistent = crypto::VerifyConsistency(first, root_6, second, root_8, proof);
  Expect(!consistent || first == 0 || (first < second && proof == right_consistency));
  Expect(first != 0 || consistent == proof.empty());
  Expect(consistent || first != 6 || second != 8 || proof != right_consistency);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kNumbersSize = 1 + 2 * sizeof(std::uint64_t);
  const base::ByteView input(data, size);
  if (input.empty()) return 0;
  if (input[0] == 0) TryStateProof(input.subspan(1));
  if (input[0] != 1 || size < kNumbersSize) return 0;
  std::vector<Digest> proof;
  for (std::size_t at = kNumbersSize; at + sizeof(Digest) <= size; at += sizeof(Digest)) {
    proof.push_back(*base::DigestFromBytes(input.subspan(at, sizeof(Digest))));
  }
  TryLogProof(base::ReadU64(input.subspan(1)), base::ReadU64(input.subspan(9)), proof);
  return 0;
}
