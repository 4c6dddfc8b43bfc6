#pragma once

// The files that the entries of a ledger name, as far as this node keeps them. A file that no entry
// names is not taken, so that a node is nobody's store but the ledger's.

#include <functional>
#include <optional>
#include <vector>

#include "node/storage/blob_store.h"
#include "node/storage/ledger_store.h"

namespace sogoc::storage {

enum class BlobStanding {
  kUnnamed,  // no entry of this node's ledger names it
  kMissing,
  kHeld,
  kErased,  // by this node's operator
};

// Thread-safe.
class LedgerBlobs {
 public:
  // `admit`: Ok while there is room for more. The others must outlive it.
  LedgerBlobs(const LedgerStore& ledger, BlobStore& store, std::function<Status()> admit)
      : ledger_(ledger), store_(store), admit_(std::move(admit)) {}

  BlobStanding StandingOf(const Digest& hash) const;

  // As BlobStore::Read. Requires: named.
  Result<Bytes> Read(const Digest& hash) { return store_.Read(hash); }

  // As BlobStore::Keep; and
  //   kNotFound     no entry names it
  //   kUnavailable  there is no room, or the disk failed
  Result<bool> Keep(const Digest& hash, ByteView bytes);

  // Looks at `count` of the files that entries name, from the one after `after` on, and returns
  // those that are missing. `after` is then the last one looked at, or null at the end.
  std::vector<Digest> NextMissing(std::optional<Digest>& after, std::size_t count) const;

 private:
  const LedgerStore& ledger_;
  BlobStore& store_;
  const std::function<Status()> admit_;
};

}  // namespace sogoc::storage
