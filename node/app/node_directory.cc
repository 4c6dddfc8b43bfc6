#include "node/app/node_directory.h"

#include <google/protobuf/util/json_util.h>

#include "crypto/key_file.h"
#include "crypto/passphrase.h"
#include "crypto/spki.h"
#include "node/app/advice.h"
#include "node/consensus/cometbft/engine_files.h"
#include "node/ledger/peer_endpoint.h"
#include "node/storage/files.h"
#include "proto/entry.pb.h"

namespace sogoc::app {
namespace {

constexpr const char* kKeyAdvice =
    "the ledger names this key, so no new one will do: restore it from a copy, with the passphrase "
    "it was made with";

base::Status WriteText(const std::filesystem::path& path, const std::string& text) {
  return storage::WriteFileDurably(storage::SystemFiles(), path.string(), base::AsBytes(text));
}

std::string Text(base::ByteView bytes) { return base::ToText(bytes); }

base::Status CheckAddresses(const PeerAddresses& addresses) {
  for (const std::string& text : addresses.endpoints) {
    TRY(const ledger::PeerEndpoint endpoint, ledger::ParsePeerEndpoint(text));
    if (endpoint.kind == ledger::EndpointKind::kEngine) {
      return base::InvalidArgument(text +
                                   ": the engine's id is made here; give its HOST:PORT alone");
    }
  }
  if (addresses.p2p.empty()) return base::Ok();
  if (auto address = ledger::ParseHostPort(addresses.p2p); !address) return address.error();
  return base::Ok();
}

}  // namespace

base::Status NodeDirectory::Init(const Config& config, const std::string& organisation,
                                 const PeerAddresses& addresses) const {
  TRY_STATUS(CheckAddresses(addresses));
  std::error_code error;
  if (std::filesystem::exists(this->config(), error)) {
    return base::FailedPrecondition(this->config().string() +
                                    " exists already; choose another folder");
  }
  for (const char* folder : {"keys", "signed", "policies", "evidence"}) {
    std::filesystem::create_directories(path_ / folder, error);
    if (error) return base::Unavailable((path_ / folder).string() + ": " + error.message());
  }
  std::filesystem::permissions(path_, std::filesystem::perms::owner_all, error);
  if (error) return base::Unavailable(path_.string() + ": " + error.message());
  TRY(const crypto::SecretString passphrase,
      crypto::ReadPassphraseFile(Resolve(config.passphrase_file)));

  v1::Peer peer;
  peer.set_name(config.name);
  peer.set_organisation(organisation);
  const auto make = [&](const char* name, std::string* public_key) -> base::Status {
    const auto made = crypto::Ed25519PrivateKey::Generate();
    *public_key = Text(made.public_key());
    return crypto::WriteKeyFile(key(name), made, passphrase);
  };
  TRY_STATUS(make("log", peer.mutable_log_key()));
  TRY_STATUS(make("cosigner", peer.mutable_cosigner_key()));
  TRY_STATUS(make("validator", peer.mutable_validator_key()));
  for (const std::string& endpoint : addresses.endpoints) peer.add_endpoints(endpoint);
  const auto engine = crypto::Ed25519PrivateKey::Generate();
  TRY_STATUS(crypto::WriteKeyFile(key("engine"), engine, passphrase));
  if (!addresses.p2p.empty()) {
    peer.add_endpoints("p2p://" + cometbft::NodeIdOf(engine.public_key()) + "@" + addresses.p2p);
  }
  const auto tls = crypto::P256PrivateKey::Generate();
  peer.set_tls_key_hash(Text(crypto::SpkiHash(tls.public_key())));
  TRY_STATUS(crypto::WriteKeyFile(key("tls"), tls, passphrase));

  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(peer, &json, options).ok()) {
    return base::InvalidArgument("name and organisation must be UTF-8");
  }
  TRY_STATUS(WriteText(this->peer(), json));
  // Last: a folder with this file is a complete one.
  return WriteText(this->config(), FormatConfig(config));
}

base::Result<crypto::SecretString> NodeDirectory::ReadPassphrase(const Config& config) const {
  auto passphrase = crypto::ReadPassphraseFile(Resolve(config.passphrase_file));
  if (passphrase) return passphrase;
  return WithAdvice(passphrase.error(), "passphrase_file in " + this->config().string() +
                                            " names it: one line, mode 0600");
}

base::Result<crypto::Ed25519PrivateKey> NodeDirectory::ReadKey(const Config& config,
                                                               const std::string& name) const {
  TRY(const crypto::SecretString passphrase, ReadPassphrase(config));
  auto read = crypto::ReadEd25519KeyFile(key(name), passphrase);
  if (!read) return WithAdvice(read.error(), kKeyAdvice);
  return read;
}

base::Result<crypto::P256PrivateKey> NodeDirectory::ReadTlsKey(const Config& config) const {
  TRY(const crypto::SecretString passphrase, ReadPassphrase(config));
  auto read = crypto::ReadP256KeyFile(key("tls"), passphrase);
  if (!read) return WithAdvice(read.error(), kKeyAdvice);
  return read;
}

}  // namespace sogoc::app
