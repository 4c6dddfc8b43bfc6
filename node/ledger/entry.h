#pragma once

// A signed entry as it travels and as it is kept: decoding, identity, signing.

#include <cstdint>
#include <string>

#include "crypto/p256.h"
#include "node/base/bytes.h"
#include "node/base/result.h"
#include "proto/entry.pb.h"

namespace sogoc::ledger {

using base::Bytes;
using base::ByteView;
using base::Digest;

// Leaf type bytes (docs/format/leaf.md).
inline constexpr std::uint8_t kEntryLeaf = 1;
inline constexpr std::uint8_t kHeaderLeaf = 2;

// A decoded entry whose form is right. Whether its signature is right, and whether the rules accept
// it, is not known yet.
struct Entry {
  Bytes bytes;  // the SignedEntry exactly as received
  Digest id{};  // SHA-256(body): independent of the signature
  Digest key_id{};
  crypto::P256Signature signature{};
  Bytes body_bytes;
  v1::EntryBody body;

  Bytes Leaf() const;  // 0x01, then `bytes`
};

// kInvalidArgument, with the field and the reason, for bytes that are not exactly one canonical
// SignedEntry with a canonical EntryBody under `rules_version`, or beyond ledger/limits.h.
base::Result<Entry> DecodeEntry(ByteView bytes, std::uint32_t rules_version);

// True if the entry's signature over its body is `key`'s.
bool VerifyEntry(const Entry& entry, const crypto::P256PublicKey& key);

// Signs a body. Requires: within the limits of ledger/limits.h.
Bytes SignEntry(const v1::EntryBody& body, const crypto::P256PrivateKey& key);

// The message of a proof of possession: ledger_id || u8 length || organisation || public key.
Bytes PossessionMessage(const Digest& ledger_id, const std::string& organisation,
                        const crypto::P256PublicKey& key);

// A NewKey with its proof of possession. `ledger_id` is all zero in the founding entry.
v1::NewKey MakeNewKey(const Digest& ledger_id, const std::string& organisation,
                      const crypto::P256PrivateKey& key, bool manages_keys);

}  // namespace sogoc::ledger
