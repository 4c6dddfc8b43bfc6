#include "tools/sogoc/entry_file.h"

#include <sstream>

#include "crypto/random.h"
#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "node/ledger/limits.h"
#include "node/storage/files.h"
#include "tools/sogoc/json.h"

namespace sogoc::tools {
namespace {

using base::Bytes;
using base::Result;

constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kEntryFileBytesMax = std::size_t{1} << 30;

base::Status CheckForm(const Bytes& entry) {
  auto decoded = ledger::DecodeEntry(entry, ledger::kRulesVersion);
  return decoded ? base::Ok() : base::Status(std::move(decoded).error());
}

Result<Bytes> ParseLine(const std::string& where, const std::string& line) {
  v1::SignedEntry entry;
  TRY_STATUS(ParseJson(where, line, entry));
  return base::ToBytes(base::AsBytes(entry.SerializeAsString()));
}

}  // namespace

v1::EntryBody MakeBody(const EntryEnvelope& envelope,
                       const std::vector<v1::Operation>& operations) {
  v1::EntryBody body;
  body.set_ledger_id(base::ToText(envelope.ledger_id));
  body.set_author(envelope.author);
  body.set_nonce(base::ToText(crypto::RandomBytes(kNonceBytes)));
  body.set_not_after(envelope.not_after);
  for (const v1::Operation& operation : operations) *body.add_operations() = operation;
  return body;
}

Result<Bytes> SignBody(const v1::EntryBody& body, const crypto::P256PrivateKey& key) {
  Bytes entry = ledger::SignEntry(body, key);
  TRY_STATUS(CheckForm(entry));
  return entry;
}

Result<std::vector<Bytes>> ReadEntryFile(const std::string& path) {
  TRY(const std::string content, ReadFile(path, kEntryFileBytesMax));
  std::vector<Bytes> entries;
  if (content.find('{') != 0) {
    entries.push_back(base::ToBytes(base::AsBytes(content)));
  } else {
    std::istringstream lines(content);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      if (line.empty()) continue;
      TRY(Bytes entry, ParseLine(path + ", line " + std::to_string(number), line));
      entries.push_back(std::move(entry));
    }
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (auto form = CheckForm(entries[i]); !form) {
      return base::InvalidArgument(path + ", entry " + std::to_string(i + 1) + ": " +
                                   form.error().message);
    }
  }
  return entries;
}

base::Status WriteEntryFile(const std::string& path, const std::vector<Bytes>& entries) {
  Bytes content;
  if (entries.size() == 1) {
    content = entries.front();
  } else {
    for (const Bytes& entry : entries) {
      v1::SignedEntry message;
      message.ParseFromArray(entry.data(), static_cast<int>(entry.size()));
      base::Append(content, base::AsBytes(JsonLine(message) + "\n"));
    }
  }
  return storage::WriteFileDurably(storage::SystemFiles(), path, content);
}

}  // namespace sogoc::tools
