#pragma once

// Gets the files that the ledger names and this node lacks from the other peers. No sockets: the
// links tell it what happened, and carry what it has to say.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/peer/blob_work.h"
#include "node/peer/peer_message.h"
#include "node/storage/ledger_blobs.h"

namespace sogoc::peer {

struct BlobFetcherHooks {
  // Over the link that this node dialled to `peer`.
  std::function<void(const std::string& peer, const PeerMessage& message)> send;
  BlobWork work;
  // A transfer from `peer` ended: the file is here, or `problem` says what the peer did wrong.
  std::function<void(const std::string& peer, const base::Digest& hash, const char* problem)> ended;
};

// All of it runs on the links' thread. A file is asked for at one peer at a time, and a peer for
// one file at a time, part after part. Whatever a peer says wrongly costs its transfer and nothing
// else; it is not asked for that file again for a while.
class BlobFetcher {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kPartLimit{10};        // from a request to its part
  static constexpr std::chrono::seconds kFetchLimit{4};        // for whoever waits for a file
  static constexpr std::chrono::seconds kUnfoundFor{5};        // nobody had it: not asked for again
  static constexpr std::chrono::minutes kDistrustFor{10};      // of one peer about one file
  static constexpr std::size_t kWantsMax = 1'000;              // files that are being looked for
  static constexpr std::size_t kAnnouncedMax = 1'000;          // that one peer told of
  static constexpr std::size_t kQueriesMax = kBlobQueriesMax;  // that one peer has not answered
  static constexpr std::size_t kSweptAtOnce = 1'000;           // files of the ledger
  static constexpr int kAnnouncedTries = 10;  // ticks that a file's entry may come later

  // `blobs` must outlive it, and so must what is asked of `hooks.work`.
  BlobFetcher(storage::LedgerBlobs& blobs, std::chrono::milliseconds sweep_pause,
              BlobFetcherHooks hooks)
      : blobs_(blobs), sweep_pause_(sweep_pause), hooks_(std::move(hooks)) {}

  void LinkUp(const std::string& peer);
  void LinkDown(const std::string& peer);

  // `peer` says, unasked, that it has these.
  void Announced(const std::string& peer, const BlobHave& have);
  // The two below return false for what was not asked for.
  bool Answered(const std::string& peer, const BlobHave& have);
  bool Received(const std::string& peer, BlobPart part);

  // Looks for one file. Calls `done` once: at once, or within kFetchLimit and a tick.
  void Fetch(const base::Digest& hash, std::function<void()> done);

  // About once a second. Time passes for it only here.
  void Tick(Time now);

 private:
  struct Transfer {
    base::Digest hash{};
    base::Bytes bytes;
    std::uint32_t size = 0;  // 0: no part has come yet
    Time limit;
    bool is_whole = false;  // and being kept
  };
  struct Announcement {
    base::Digest hash{};
    int tries = kAnnouncedTries;
  };
  struct Link {
    std::deque<std::vector<base::Digest>> queries;  // that it has to answer, in order
    std::optional<Transfer> transfer;
    std::vector<Announcement> announced;  // to be looked at
    std::vector<Announcement> early;      // whose entries have not come yet
    bool is_looking = false;
  };
  struct Waiter {
    Time limit;
    std::function<void()> done;
  };
  struct Want {
    Time since;
    std::set<std::string> sources;  // say that they have it
    std::set<std::string> asked;    // have still to say
    std::string from;               // it is coming; empty: it is not
    std::vector<Waiter> waiting;
  };

  void Look(const std::string& peer);
  void Ask(const std::string& peer, const std::vector<base::Digest>& hashes);
  void AddSource(const std::string& peer, const base::Digest& hash);
  bool Distrusts(const std::string& peer, const base::Digest& hash) const;
  void Pump();
  void Begin(const std::string& peer, const base::Digest& hash);
  const char* TakePart(Transfer& transfer, BlobPart part) const;
  void Keep(const std::string& peer, Transfer& transfer);
  // `problem` null: it is here. A slow peer may be asked again soon.
  void End(const std::string& peer, const char* problem, bool was_slow = false);
  void Settle(std::map<base::Digest, Want>::iterator want);
  void Sweep();

  storage::LedgerBlobs& blobs_;
  const std::chrono::milliseconds sweep_pause_;
  const BlobFetcherHooks hooks_;
  Time now_{};
  std::map<std::string, Link> links_;  // those that are up
  std::map<base::Digest, Want> wants_;
  std::map<base::Digest, Time> unfound_;
  std::map<std::string, std::map<base::Digest, Time>> distrusted_;  // until when
  std::optional<base::Digest> swept_;                               // the last one, in a round
  Time sweep_at_{};
  bool is_sweeping_ = false;
  bool sweeps_again_ = false;
};

}  // namespace sogoc::peer
