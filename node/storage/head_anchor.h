#pragma once

// How far a ledger was promised, kept outside the database (reliability rule R1).
//
// DIR/anchor.0 and DIR/anchor.1 are two copies of 8,192 bytes. Each has two slots of 128 bytes, at
// 0 and at 4,096; the rest is zero. A head is written to slot (height mod 2), first in copy 0,
// synced, then in copy 1, synced. So while height N is being written,
//   - slot N-1 is in other 4 KiB blocks, in both files, and is not touched;
//   - at most one of the two files is being written.
// Whatever a power cut leaves of the slot or even of the file that was being written, the other
// file still tells N-1 or N, and N was not acknowledged before both copies had it. At rest, a slot
// that is damaged in one copy is served by the other; a slot that is damaged in both may have been
// the newest, so reading fails rather than tell an older head.
//
// Slot, big-endian: "SOGOCHD1" · ledger id 32 · height u64 · header hash 32 · time u64 ns · 8 zero
// bytes · SHA-256 of those 96 bytes.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "node/base/time.h"
#include "node/storage/file_system.h"

namespace sogoc::storage {

// The last block of a ledger.
struct Head {
  Digest ledger_id{};
  std::uint64_t height = 0;
  Digest header_hash{};
  base::TimeNs time = 0;
  bool operator==(const Head&) const = default;
};

// One thread at a time.
class HeadAnchor {
 public:
  struct Reading {
    Head head;                         // the newest that is proved
    std::vector<std::string> damaged;  // the copies that are not whole; one sentence each
  };

  // Changes nothing.
  //   kNotFound   neither file exists
  //   kCorrupt    a slot is damaged or missing in both copies, or the slots contradict each other;
  //               the message names the files
  static Result<Reading> Read(const FileSystem& files, const std::string& directory);

  // Writes both copies durably with `head` in every slot. `directory` must exist.
  // kFailedPrecondition: a copy exists.
  static Result<HeadAnchor> Create(FileSystem& files, const std::string& directory,
                                   const Head& head);

  // Opens the copies for writing, and first rewrites durably every one that is not whole. Call it
  // only once the store has been checked against Read. Errors: those of Read, and file_system.h's.
  static Result<HeadAnchor> Open(FileSystem& files, const std::string& directory);

  // The last head that was written or found.
  const Head& newest() const { return newest_; }

  // On success both copies are synced: the head may be promised. After an error stop the process.
  // Requires: `head` is of the same ledger and one higher than the newest.
  Status Write(const Head& head);

 private:
  using Copies = std::array<std::unique_ptr<File>, 2>;
  HeadAnchor(Copies copies, const Head& newest) : copies_(std::move(copies)), newest_(newest) {}
  static Result<HeadAnchor> OpenCopies(FileSystem& files, const std::string& directory,
                                       const Head& newest);

  Copies copies_;
  Head newest_;
};

}  // namespace sogoc::storage
