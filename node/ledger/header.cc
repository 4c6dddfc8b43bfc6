#include "node/ledger/header.h"

#include <algorithm>

#include "crypto/log_tree.h"
#include "node/ledger/entry.h"

namespace sogoc::ledger {

base::Bytes EncodeHeaderLeaf(const Header& header) {
  base::Bytes out;
  out.reserve(kHeaderLeafBytes);
  out.push_back(kHeaderLeaf);
  base::AppendU32(out, header.version);
  base::AppendU64(out, header.height);
  base::AppendU64(out, header.time);
  base::Append(out, header.previous);
  base::AppendU64(out, header.first_index);
  base::AppendU32(out, header.entry_count);
  base::Append(out, header.log_root);
  base::Append(out, header.state_root);
  return out;
}

std::optional<Header> DecodeHeaderLeaf(base::ByteView leaf) {
  if (leaf.size() != kHeaderLeafBytes || leaf[0] != kHeaderLeaf) return std::nullopt;
  Header header;
  const auto digest = [&leaf](std::size_t at, base::Digest& out) {
    std::copy_n(leaf.begin() + static_cast<std::ptrdiff_t>(at), out.size(), out.begin());
  };
  header.version = base::ReadU32(leaf.subspan(1));
  header.height = base::ReadU64(leaf.subspan(5));
  header.time = base::ReadU64(leaf.subspan(13));
  digest(21, header.previous);
  header.first_index = base::ReadU64(leaf.subspan(53));
  header.entry_count = base::ReadU32(leaf.subspan(61));
  digest(65, header.log_root);
  digest(97, header.state_root);
  return header;
}

base::Digest HeaderHash(const Header& header) {
  return crypto::LogLeafHash(EncodeHeaderLeaf(header));
}

}  // namespace sogoc::ledger
