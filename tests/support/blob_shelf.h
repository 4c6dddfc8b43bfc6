#pragma once

// A ledger that names the files that a test says, and the files that a node keeps of them.

#include <string>

#include "crypto/sha256.h"
#include "node/storage/ledger_blobs.h"
#include "tests/support/storage/made_up_chain.h"
#include "tests/support/temp_directory.h"

namespace sogoc::support {

class BlobShelf {
 public:
  BlobShelf()
      : ledger_(storage::LedgerStore::CreateInMemory(chain_.block(0))),
        store_(std::move(*storage::BlobStore::Open(storage::SystemFiles(), folder_ / "blobs"))),
        blobs_(*ledger_, *store_, [this] { return room; }) {}

  // A block whose entry names these.
  void Name(const std::vector<base::Digest>& hashes) {
    chain_.Grow();
    ledger::StagedBlock block = chain_.block(chain_.height());
    for (const base::Digest& hash : hashes) {
      block.files.push_back({hash, block.header.first_index});
    }
    ledger_->Commit(block);
  }
  // Names a file and keeps it.
  base::Digest Put(const base::Bytes& bytes) {
    const base::Digest hash = crypto::Sha256(bytes);
    Name({hash});
    EXPECT_TRUE(blobs_.Keep(hash, bytes).value());
    return hash;
  }
  bool Holds(const base::Digest& hash) const { return store_->Holds(hash); }
  storage::BlobStore& store() { return *store_; }
  storage::LedgerBlobs& blobs() { return blobs_; }
  std::string PathOf(const base::Digest& hash) const {
    const std::string name = base::ToHex(hash);
    return folder_ / ("blobs/" + name.substr(0, 2) + "/" + name);
  }

  base::Status room = base::Ok();

 private:
  MadeUpChain chain_{3};
  TempDirectory folder_;
  std::unique_ptr<storage::LedgerStore> ledger_;
  std::unique_ptr<storage::BlobStore> store_;
  storage::LedgerBlobs blobs_;
};

}  // namespace sogoc::support
