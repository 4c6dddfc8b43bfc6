#pragma once

// A peer that cosigns whatever a test tells it to.

#include <string>

#include "crypto/checkpoint.h"
#include "crypto/policy.h"
#include "node/ledger/block.h"
#include "node/peer/checkpoint_book.h"
#include "tests/support/ledger_keys.h"

namespace sogoc::support {

inline constexpr char kCosignedOrigin[] = "hatinh/0123456789abcdef";

struct CosigningPeer {
  explicit CosigningPeer(int number) : name("peer" + std::to_string(number) + ".example") {}

  crypto::Ed25519PrivateKey log_key() const { return Ed25519Of(name + "/log"); }
  crypto::Ed25519PrivateKey cosigner_key() const { return Ed25519Of(name + "/cosigner"); }

  peer::Cosigned Cosign(std::uint64_t size, const base::Digest& root, std::uint64_t time_s,
                        bool with_log_line = false) const {
    const std::string text = crypto::FormatCheckpoint({kCosignedOrigin, size, root});
    peer::Cosigned said{size, root, 0, {}, {}};
    said.line = crypto::FormatNoteSignature(crypto::CosignNote(text, name, cosigner_key(), time_s));
    if (with_log_line) {
      said.log_line =
          crypto::FormatNoteSignature(crypto::SignNote(text, kCosignedOrigin, log_key()));
    }
    return said;
  }
  peer::Cosigned Cosign(const ledger::ChainHead& head, std::uint64_t time_s,
                        bool with_log_line = false) const {
    return Cosign(head.log.size(), head.log.Root(), time_s, with_log_line);
  }

  std::string name;
};

// Peers `first` to `last`, `quorum` of which must sign.
inline crypto::Policy PolicyOfPeers(int first, int last, std::size_t quorum) {
  crypto::Policy policy;
  for (int i = first; i <= last; ++i) {
    const CosigningPeer peer(i);
    policy.logs.push_back(
        {kCosignedOrigin, crypto::NoteKeyType::kLog, peer.log_key().public_key()});
    policy.cosigners.push_back(
        {peer.name, crypto::NoteKeyType::kCosigner, peer.cosigner_key().public_key()});
  }
  policy.quorum = quorum;
  return policy;
}

}  // namespace sogoc::support
