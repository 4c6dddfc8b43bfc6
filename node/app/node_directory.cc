#include "node/app/node_directory.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "crypto/key_file.h"
#include "crypto/passphrase.h"
#include "crypto/spki.h"
#include "node/app/advice.h"
#include "node/consensus/cometbft/engine_files.h"
#include "node/ledger/peer_endpoint.h"
#include "node/storage/files.h"

namespace sogoc::app {
namespace {

constexpr const char* kKeyAdvice =
    "the ledger names this key, so no new one will do: restore it from a copy, with the passphrase "
    "it was made with";

constexpr const char* kKeyNames[] = {"log", "cosigner", "validator", "engine", "tls"};
constexpr std::size_t kPeerBytesMax = 64 << 10;

base::Status WriteText(const std::filesystem::path& path, const std::string& text) {
  return storage::WriteFileDurably(storage::SystemFiles(), path.string(), base::AsBytes(text));
}

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
  for (const char* name : kKeyNames) TRY_STATUS(MakeKey(name, passphrase));
  v1::Peer peer;
  peer.set_name(config.name);
  peer.set_organisation(organisation);
  TRY_STATUS(FillKeys(config, peer));
  TRY_STATUS(FillAddresses(config, addresses, peer));
  TRY_STATUS(WritePeer(peer));
  // Last: a folder with this file is a complete one.
  return WriteText(this->config(), FormatConfig(config));
}

base::Status NodeDirectory::Describe(const Config& config, const std::string& new_key,
                                     const PeerAddresses& addresses) const {
  TRY_STATUS(CheckAddresses(addresses));
  TRY(const base::Bytes json, storage::SystemFiles().Read(peer().string(), kPeerBytesMax));
  v1::Peer peer;
  if (!google::protobuf::util::JsonStringToMessage(base::ToText(json), &peer).ok()) {
    return base::Corrupt(this->peer().string() + " is not what sogoc-node init wrote");
  }
  if (!new_key.empty()) {
    if (std::ranges::find(kKeyNames, new_key) == std::end(kKeyNames)) {
      return base::InvalidArgument("there is no key " + new_key +
                                   "; a node has log, cosigner, validator, engine and tls");
    }
    TRY(const crypto::SecretString passphrase, ReadPassphrase(config));
    std::filesystem::path old = key(new_key);
    for (int i = 1; std::filesystem::exists(old); ++i) {
      old = key(new_key).string() + ".old" + std::to_string(i);
    }
    std::error_code error;
    std::filesystem::rename(key(new_key), old, error);
    if (error) return base::Unavailable(key(new_key).string() + ": " + error.message());
    TRY_STATUS(MakeKey(new_key, passphrase));
  }
  TRY_STATUS(FillKeys(config, peer));
  TRY_STATUS(FillAddresses(config, addresses, peer));
  return WritePeer(peer);
}

base::Status NodeDirectory::MakeKey(const std::string& name,
                                    const crypto::SecretString& passphrase) const {
  if (name == "tls") {
    return crypto::WriteKeyFile(key(name), crypto::P256PrivateKey::Generate(), passphrase);
  }
  return crypto::WriteKeyFile(key(name), crypto::Ed25519PrivateKey::Generate(), passphrase);
}

base::Status NodeDirectory::FillKeys(const Config& config, v1::Peer& peer) const {
  TRY(const auto log, ReadKey(config, "log"));
  TRY(const auto cosigner, ReadKey(config, "cosigner"));
  TRY(const auto validator, ReadKey(config, "validator"));
  TRY(const auto tls, ReadTlsKey(config));
  peer.set_log_key(base::ToText(log.public_key()));
  peer.set_cosigner_key(base::ToText(cosigner.public_key()));
  peer.set_validator_key(base::ToText(validator.public_key()));
  peer.set_tls_key_hash(base::ToText(crypto::SpkiHash(tls.public_key())));
  return base::Ok();
}

// Of gateway, peer port and engine, what is given replaces what was there.
base::Status NodeDirectory::FillAddresses(const Config& config, const PeerAddresses& addresses,
                                          v1::Peer& peer) const {
  std::vector<std::string> endpoints = addresses.endpoints;
  std::string p2p = addresses.p2p;
  for (const std::string& text : peer.endpoints()) {
    TRY(const ledger::PeerEndpoint old, ledger::ParsePeerEndpoint(text));
    if (old.kind == ledger::EndpointKind::kEngine) {
      if (p2p.empty()) p2p = old.Authority();
    } else if (addresses.endpoints.empty()) {
      endpoints.push_back(text);
    }
  }
  if (!p2p.empty()) {
    TRY(const auto engine, ReadKey(config, "engine"));
    endpoints.push_back("p2p://" + cometbft::NodeIdOf(engine.public_key()) + "@" + p2p);
  }
  peer.clear_endpoints();
  for (const std::string& endpoint : endpoints) peer.add_endpoints(endpoint);
  return base::Ok();
}

base::Status NodeDirectory::WritePeer(const v1::Peer& peer) const {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(peer, &json, options).ok()) {
    return base::InvalidArgument("name and organisation must be UTF-8");
  }
  return WriteText(this->peer(), json);
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
