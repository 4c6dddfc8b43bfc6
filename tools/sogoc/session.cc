#include "tools/sogoc/session.h"

#include "crypto/key_file.h"
#include "crypto/passphrase.h"
#include "node/ledger/limits.h"
#include "tools/sogoc/values.h"

namespace sogoc::tools {
namespace {

using base::FailedPrecondition;
using base::Result;

// An entry of the longest life must not be refused because a node's clock is a little behind.
constexpr std::uint64_t kClockToleranceSeconds = 300;

}  // namespace

Result<std::string> Session::Author() const {
  if (options_.author.empty()) {
    return FailedPrecondition(
        "who speaks? give --author ORGANISATION, or put author = \"…\" into "
        "the profile sogoc.toml");
  }
  return options_.author;
}

Result<NodeClient*> Session::Node() {
  if (!node_) {
    TRY(NodeClient client, NodeClient::Create(options_.node, options_.ca));
    node_.emplace(std::move(client));
  }
  return &*node_;
}

Result<base::Digest> Session::LedgerId() {
  if (!ledger_id_ && !options_.ledger_id.empty()) {
    ledger_id_ = base::DigestFromHex(options_.ledger_id);
    if (!ledger_id_) return base::InvalidArgument("--ledger-id must be 64 hexadecimal digits");
  }
  if (!ledger_id_) {
    TRY(NodeClient * node, Node());
    TRY(const v1::LedgerStatus status, node->Ledger());
    ledger_id_ = base::DigestFromHex(status.ledger_id());
    if (!ledger_id_) return base::Corrupt(options_.node + " names no ledger_id: is it a gateway?");
  }
  return *ledger_id_;
}

Result<const crypto::P256PrivateKey*> Session::Key() {
  if (!key_) {
    if (options_.key.empty()) {
      return FailedPrecondition(
          "which key signs? give --key FILE, or put key = \"…\" into the "
          "profile sogoc.toml; `sogoc key new` makes one");
    }
    TRY(crypto::P256PrivateKey key, ReadKey(options_.key, options_.passphrase_file));
    key_.emplace(std::move(key));
  }
  return &*key_;
}

Result<std::uint64_t> Session::NotAfter() const {
  std::uint64_t seconds = kDefaultValidSeconds;
  if (!options_.valid_for.empty()) {
    auto parsed = ParseDuration(options_.valid_for);
    if (!parsed) return base::InvalidArgument("--valid-for: " + parsed.error().message);
    seconds = *parsed;
  }
  if (seconds > ledger::kEntryWindowSeconds) {
    return base::InvalidArgument("--valid-for is at most 30d");
  }
  seconds = std::min(seconds, ledger::kEntryWindowSeconds - kClockToleranceSeconds);
  return Now() / base::kNsPerSecond + seconds;
}

Result<crypto::SecretString> AskPassphrase(const std::string& file, const std::string& prompt,
                                           bool twice) {
  if (!file.empty()) return crypto::ReadPassphraseFile(file);
  TRY(crypto::SecretString first, crypto::PromptPassphrase(prompt + ": "));
  if (twice) {
    TRY(const crypto::SecretString second, crypto::PromptPassphrase(prompt + ", again: "));
    if (first.view() != second.view()) {
      return base::InvalidArgument("the two passphrases differ; nothing was written");
    }
  }
  return first;
}

Result<crypto::P256PrivateKey> ReadKey(const std::string& path,
                                       const std::string& passphrase_file) {
  TRY(const crypto::SecretString passphrase,
      AskPassphrase(passphrase_file, "Passphrase of " + path, /*twice=*/false));
  return crypto::ReadP256KeyFile(path, passphrase);
}

}  // namespace sogoc::tools
