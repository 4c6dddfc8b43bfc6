#include "tools/sogoc/key_commands.h"

#include "crypto/key_file.h"
#include "node/ledger/entry.h"
#include "node/storage/files.h"
#include "tools/sogoc/json.h"

namespace sogoc::tools {
namespace {

using base::Result;

constexpr std::size_t kNewKeyFileBytesMax = 65'536;

void PrintKey(Session& session, const std::string& file, const crypto::P256PublicKey& key) {
  const std::string key_id = base::ToHex(crypto::KeyId(key));
  const std::string public_key = base::ToHex(key);
  if (session.options().json) {
    session.out() << "{\"key_id\": \"" << key_id << "\", \"public_key\": \"" << public_key
                  << "\"}\n";
  } else {
    session.out() << "key:        " << file << "\nkey id:     " << key_id
                  << "\npublic key: " << public_key << "\n";
  }
}

Result<Exit> RunNew(Session& session, const FlagValues& values) {
  const std::string file = values.Get("file");
  TRY(const crypto::SecretString passphrase,
      AskPassphrase(session.options().passphrase_file, "New passphrase of " + file,
                    /*twice=*/true));
  const auto key = crypto::P256PrivateKey::Generate();
  TRY_STATUS(crypto::WriteKeyFile(file, key, passphrase));
  PrintKey(session, file, key.public_key());
  session.err() << "Giữ tệp khóa và mật khẩu ở hai nơi an toàn: mất khóa thì văn phòng phải cấp "
                   "lại.\nKeep the file and its passphrase safe and apart: a lost key can only be "
                   "replaced by the office.\n";
  return Exit::kDone;
}

Result<Exit> RunShow(Session& session, const FlagValues& values) {
  TRY(const crypto::P256PrivateKey key,
      ReadKey(values.Get("file"), session.options().passphrase_file));
  PrintKey(session, values.Get("file"), key.public_key());
  return Exit::kDone;
}

Result<Exit> RunProve(Session& session, const FlagValues& values) {
  TRY(const std::string organisation, session.Author());
  base::Digest ledger_id{};
  if (!values.Has("founding")) {
    TRY(ledger_id, session.LedgerId());
  }
  TRY(const crypto::P256PrivateKey key,
      ReadKey(values.Get("file"), session.options().passphrase_file));
  const v1::NewKey proof = ledger::MakeNewKey(ledger_id, organisation, key, false);
  const std::string json = JsonText(proof, /*all=*/false);
  const std::string& path = session.options().out;
  if (path.empty()) {
    session.out() << json;
  } else {
    TRY_STATUS(storage::WriteFileDurably(storage::SystemFiles(), path, base::AsBytes(json)));
    session.err() << path << ": give it to the office; it holds no secret\n";
  }
  return Exit::kDone;
}

bool ProvesPossession(const v1::NewKey& key, const base::Digest& ledger_id,
                      const std::string& organisation) {
  crypto::P256PublicKey public_key{};
  crypto::P256Signature possession{};
  if (key.public_key().size() != public_key.size()) return false;
  if (key.possession().size() != possession.size()) return false;
  std::copy(key.public_key().begin(), key.public_key().end(), public_key.begin());
  std::copy(key.possession().begin(), key.possession().end(), possession.begin());
  return crypto::VerifyP256(public_key, crypto::SignatureKind::kPossession,
                            ledger::PossessionMessage(ledger_id, organisation, public_key),
                            possession);
}

}  // namespace

Result<v1::NewKey> ReadNewKey(const std::string& file, const std::string& passphrase_file,
                              const base::Digest& ledger_id, const std::string& organisation,
                              bool manages_keys) {
  TRY(const std::string content, ReadFile(file, kNewKeyFileBytesMax));
  if (content.starts_with("-----BEGIN")) {
    TRY(const crypto::P256PrivateKey key, ReadKey(file, passphrase_file));
    return ledger::MakeNewKey(ledger_id, organisation, key, manages_keys);
  }
  v1::NewKey key;
  TRY_STATUS(ParseJson(file, content, key));
  if (!ProvesPossession(key, ledger_id, organisation)) {
    return base::InvalidArgument(
        file + " proves no key of " + organisation + " for ledger " + base::ToHex(ledger_id) +
        ": have its holder run `sogoc key prove` for this organisation and ledger");
  }
  key.set_manages_keys(manages_keys);
  return key;
}

std::vector<Command> KeyCommands() {
  const Flag file{"file", FlagKind::kPositional, "FILE", "key file", /*required=*/true};
  const Flag founding{"founding", FlagKind::kSwitch, "",
                      "for a ledger that is still to be founded"};
  return {
      {"key new", "Make a key and write it, encrypted, to a new file", "ht.key", {file}, RunNew},
      {"key show", "Show a key's id and its public key", "ht.key", {file}, RunShow},
      {"key prove",
       "Prove to the office that a key is yours: what it admits or adds (--new-key)",
       "son-nam.key --author htx-son-nam --out son-nam.newkey",
       {file, founding},
       RunProve},
  };
}

}  // namespace sogoc::tools
