#pragma once

// The links to the other peers, over mutual TLS 1.3 (docs/format/peer.md). Each node dials every
// other one and pushes what it signs; what it hears comes over the links that the others dial. So
// two peers have two connections, and each stands and falls by itself.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/p256.h"
#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/base/time.h"
#include "node/peer/checkpoint_book.h"
#include "node/peer/peer_message.h"
#include "node/peer/peer_status.h"
#include "node/storage/ledger_blobs.h"

namespace sogoc::peer {

// Another peer, as the ledger names it.
struct PeerAddress {
  std::string host;  // a name, or an IP literal
  std::uint16_t port = 0;
  bool operator==(const PeerAddress&) const = default;
};
struct OtherPeer {
  std::string name;
  base::Digest tls_key_hash{};         // crypto/spki.h
  std::optional<PeerAddress> address;  // none: it can dial, and is not dialled
  bool operator==(const OtherPeer&) const = default;
};

struct PeerLinkTimes {
  std::chrono::milliseconds handshake{5'000};  // from the connection to the hello
  std::chrono::milliseconds heartbeat{2'000};
  std::chrono::milliseconds silence{10'000};  // a link that was silent for so long is closed
  std::chrono::milliseconds retry_min{250};   // doubled with every failure
  std::chrono::milliseconds retry_max{10'000};
  std::chrono::milliseconds blob_tick{1'000};
  std::chrono::milliseconds blob_sweep{60'000};  // between two searches for files that are missing
};

struct PeerLinksOptions {
  std::string listen_address = "127.0.0.1";  // IPv4 or IPv6 literal
  std::uint16_t listen_port = 0;             // 0: any free port
  std::string name;                          // of this peer
  base::Digest ledger_id{};
  std::optional<base::Digest> genesis_hash;  // SHA-256 of the engine's genesis file, if any
  std::string program_version;
  PeerLinkTimes times;
};

// What this node says of itself in its heartbeats.
struct OwnProgress {
  ledger::Height height = 0;  // of the newest durable block
  std::uint64_t size = 0;     // of its log
  ValidatorReach reach;
  std::uint64_t final_size = 0;
};

// Called on the links' own thread; must not block for long.
struct PeerLinksHooks {
  // A cosignature that `peer` sent. Required.
  std::function<LineFate(const std::string& peer, const Cosigned& said)> receive;
  // Required.
  std::function<OwnProgress()> progress;
  // The files that this node keeps; null: none, and it asks for none.
  storage::LedgerBlobs* blobs = nullptr;
};

// Running totals since the start.
struct PeerLinksStats {
  std::uint64_t accepted = 0;              // connections
  std::uint64_t refused_certificates = 0;  // of these, with a key that is not on the ledger
  std::uint64_t refused = 0;  // of these, for any other reason before the hello was answered
};

class PeerLinks {
 public:
  // Listens on return, but accepts and dials nobody before Start. `tls_key` is the one whose hash
  // the ledger names for this peer.
  //   kInvalidArgument     the address is none
  //   kFailedPrecondition  the port is in use, or may not be used; this OpenSSL lacks TLS 1.3
  // `clock` must outlive it.
  static base::Result<std::unique_ptr<PeerLinks>> Listen(PeerLinksOptions options,
                                                         const crypto::P256PrivateKey& tls_key,
                                                         const base::Clock& clock);
  // Stops.
  ~PeerLinks();
  PeerLinks(const PeerLinks&) = delete;
  PeerLinks& operator=(const PeerLinks&) = delete;

  // Once.
  void Start(PeerLinksHooks hooks);
  // Closes all links and returns when the thread has ended; no hook is called any more.
  void Stop();

  // The members below are thread-safe, and allowed before Start and after Stop.

  // The peers of the newest state; this one may be among them. Links to those that are gone, or
  // have another key or address now, are closed.
  void SetPeers(std::vector<OtherPeer> peers);
  // Sends it to all. The newest one is also sent to whoever gets connected later.
  void Publish(const Cosigned& own);
  // Tells all that this node has the file.
  void AnnounceBlob(const base::Digest& hash);
  // Looks for a file that this node lacks. Calls `done` once, on the links' thread: when it is
  // here, when nobody has it, or after some seconds. Not before Start nor after Stop.
  void FetchBlob(const base::Digest& hash, std::function<void()> done);
  // Rule R9: see PeerClocks::Check.
  base::Status CheckClock() const;
  std::vector<PeerStatus> Peers() const;
  PeerLinksStats stats() const;
  std::uint16_t port() const;

 private:
  class Impl;
  explicit PeerLinks(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sogoc::peer
