#include "node/ledger/entry.h"

#include <algorithm>

#include "node/ledger/canonical.h"
#include "node/ledger/limits.h"

namespace sogoc::ledger {
namespace {

template <class Array>
bool CopyExactly(const std::string& from, Array& to) {
  if (from.size() != to.size()) return false;
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

base::Status CheckBodyLimits(const v1::EntryBody& body) {
  if (body.ledger_id().size() != 32) return base::InvalidArgument("ledger_id: not 32 bytes");
  if (body.nonce().size() < kNonceBytesMin || body.nonce().size() > kNonceBytesMax) {
    return base::InvalidArgument("nonce: not 8 to 32 bytes");
  }
  if (body.operations_size() == 0) return base::InvalidArgument("an entry without operations");
  if (static_cast<std::size_t>(body.operations_size()) > kOperationsMax) {
    return base::InvalidArgument("more than 1000 operations in an entry");
  }
  for (const v1::Operation& operation : body.operations()) {
    if (operation.kind_case() == v1::Operation::KIND_NOT_SET) {
      return base::InvalidArgument("an operation without content");
    }
  }
  return base::Ok();
}

}  // namespace

Bytes Entry::Leaf() const {
  Bytes leaf;
  leaf.reserve(bytes.size() + 1);
  leaf.push_back(kEntryLeaf);
  base::Append(leaf, bytes);
  return leaf;
}

base::Result<Entry> DecodeEntry(ByteView bytes, std::uint32_t rules_version) {
  if (bytes.size() > kSignedEntryBytesMax) {
    return base::InvalidArgument("entry larger than 59999 bytes: split its operations");
  }
  TRY_STATUS(CheckCanonical(bytes, *v1::SignedEntry::descriptor(), rules_version));
  v1::SignedEntry envelope;
  if (!envelope.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return base::InvalidArgument("not a SignedEntry");
  }
  Entry entry;
  if (!CopyExactly(envelope.key_id(), entry.key_id)) {
    return base::InvalidArgument("key_id: not 32 bytes");
  }
  if (!CopyExactly(envelope.signature(), entry.signature)) {
    return base::InvalidArgument("signature: not 64 bytes");
  }
  entry.body_bytes = base::ToBytes(base::AsBytes(envelope.body()));
  TRY_STATUS(CheckCanonical(entry.body_bytes, *v1::EntryBody::descriptor(), rules_version));
  if (!entry.body.ParseFromString(envelope.body()))
    return base::InvalidArgument("not an EntryBody");
  TRY_STATUS(CheckBodyLimits(entry.body));
  entry.bytes = base::ToBytes(bytes);
  entry.id = crypto::Sha256(entry.body_bytes);
  return entry;
}

bool VerifyEntry(const Entry& entry, const crypto::P256PublicKey& key) {
  return crypto::VerifyP256(key, crypto::SignatureKind::kEntry, entry.body_bytes, entry.signature);
}

Bytes SignEntry(const v1::EntryBody& body, const crypto::P256PrivateKey& key) {
  v1::SignedEntry envelope;
  const std::string bytes = body.SerializeAsString();
  const auto signature = key.Sign(crypto::SignatureKind::kEntry, base::AsBytes(bytes));
  envelope.set_body(bytes);
  envelope.set_key_id(base::ToText(crypto::KeyId(key.public_key())));
  envelope.set_signature(base::ToText(signature));
  return base::ToBytes(base::AsBytes(envelope.SerializeAsString()));
}

Bytes PossessionMessage(const Digest& ledger_id, const std::string& organisation,
                        const crypto::P256PublicKey& key) {
  Bytes message = base::ToBytes(ledger_id);
  message.push_back(static_cast<std::uint8_t>(organisation.size()));
  base::Append(message, base::AsBytes(organisation));
  base::Append(message, key);
  return message;
}

v1::NewKey MakeNewKey(const Digest& ledger_id, const std::string& organisation,
                      const crypto::P256PrivateKey& key, bool manages_keys) {
  const Bytes message = PossessionMessage(ledger_id, organisation, key.public_key());
  v1::NewKey out;
  out.set_public_key(base::ToText(key.public_key()));
  out.set_possession(base::ToText(key.Sign(crypto::SignatureKind::kPossession, message)));
  out.set_manages_keys(manages_keys);
  return out;
}

}  // namespace sogoc::ledger
