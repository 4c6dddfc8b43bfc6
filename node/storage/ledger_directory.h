#pragma once

// A ledger's directory: LOCK, anchor/ (head_anchor.h) and store/ (rocks_store.h). It belongs to one
// ledger and to one process.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/storage/file_system.h"
#include "node/storage/ledger_store.h"
#include "node/storage/rocks_store.h"

namespace sogoc::storage {

struct LedgerOptions {
  std::string directory;
  // The ledger that is expected there; any if absent.
  std::optional<Digest> ledger_id = std::nullopt;
  // Open a store that is shorter than was promised, because an engine will replay the rest. The
  // store does not serve until it has reached the promised block (LedgerStore::Serving), and the
  // process ends if that block turns out to be another one.
  bool repair_by_replay = false;
  std::size_t block_cache_bytes = std::size_t{256} << 20;
  std::size_t write_buffer_bytes = std::size_t{64} << 20;
  // Where the files are; tests put faults here.
  FileSystem* files = &SystemFiles();
  std::shared_ptr<rocksdb::FileSystem> rocks_files = nullptr;
};

// Makes the directory, with the founding block in it. It appears whole or not at all: until the end
// the work is done in `directory`.new, whose leftovers the next call clears away.
//   kFailedPrecondition  the directory exists, or another process is creating it
//   otherwise            see file_system.h and rocks_store.h; nothing was created
Status CreateLedger(const LedgerOptions& options, const ledger::StagedBlock& founding);

struct OpenedLedger {
  std::unique_ptr<LedgerStore> store;
  std::vector<std::string> notices;  // what was found and mended; for the log
};

// Takes the lock, compares the store with the head anchor on a read-only open, and only then opens
// it for writing. The last blocks are checked to their last byte.
//   kNotFound            there is no such directory
//   kFailedPrecondition  another process has it; it holds another ledger; it is in
//                        another format, or under rules that only a newer program knows
//   kCorrupt             the store ends before the promised block, or with another one, or is
//                        damaged, or the anchor is; the message says what to do. Nothing has been
//                        changed: what is left is evidence
//   otherwise            see file_system.h
// A store one block ahead of its anchor is what a crash leaves: the anchor follows it.
// Damage that only shows in the middle of a read ends the process (fail_stop.h).
Result<OpenedLedger> OpenLedger(const LedgerOptions& options);

}  // namespace sogoc::storage
