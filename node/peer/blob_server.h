#pragma once

// Gives one peer the files that it asks for over the link that it dialled.

#include <functional>
#include <memory>

#include "node/peer/blob_work.h"
#include "node/peer/peer_message.h"
#include "node/storage/ledger_blobs.h"

namespace sogoc::peer {

// All of it runs on the links' thread. Requires: it is owned by a shared_ptr.
class BlobServer : public std::enable_shared_from_this<BlobServer> {
 public:
  static constexpr std::size_t kQueriesMax = kBlobQueriesMax;

  // `send` is called later, too, while this lives. `blobs` must outlive it.
  BlobServer(storage::LedgerBlobs& blobs, BlobWork work,
             std::function<void(const PeerMessage&)> send)
      : blobs_(blobs), work_(std::move(work)), send_(std::move(send)) {}

  // False if it asks for more than it is owed, and gets no answer.
  bool Handle(const BlobQuery& query);
  bool Handle(const BlobRequest& request);

 private:
  void SendPart(const BlobRequest& request);

  storage::LedgerBlobs& blobs_;
  const BlobWork work_;
  const std::function<void(const PeerMessage&)> send_;
  std::size_t queries_ = 0;
  bool is_reading_ = false;
  // The file that is being asked for; null if there is no such file here.
  base::Digest hash_{};
  std::shared_ptr<const base::Bytes> bytes_;
};

}  // namespace sogoc::peer
