#pragma once

// A ledger in memory with people in it: signs as anybody, executes blocks at times that the caller
// chooses. For tests with expectations in one line each, see scenario.h.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/ledger/block.h"
#include "tests/support/ledger_memory.h"
#include "tests/support/ledger_world.h"

namespace sogoc::support {

// An author and the name of the key that signs; without one, the key named like the author.
// Remembers where in a test it was written, for messages of failures.
struct Signer {
  Signer(const char* name, const char* in_file = __builtin_FILE(), int at_line = __builtin_LINE())
      : Signer(std::string(name), in_file, at_line) {}
  Signer(std::string name, const char* in_file = __builtin_FILE(), int at_line = __builtin_LINE())
      : author(name), key(std::move(name)), file(in_file), line(at_line) {}
  Signer With(std::string other_key) && {
    key = std::move(other_key);
    return std::move(*this);
  }
  std::string author;
  std::string key;
  const char* file;
  int line;
};

// What the body of an entry says besides author and operations; the usual thing where left out.
struct Envelope {
  std::optional<std::uint64_t> not_after = {};  // one hour after now()
  std::optional<base::Bytes> nonce = {};        // counts up
  std::optional<base::Digest> ledger_id = {};   // this ledger's
};

// Not thread-safe. Copies are independent.
class TestLedger {
 public:
  // Founded and populated (ledger_names.h) in three blocks; five days later.
  explicit TestLedger(const WorldOptions& options = {});

  // The time of the next block; each block moves it on by 1 s.
  base::TimeNs now() const { return now_; }
  std::uint64_t now_seconds() const { return now_ / base::kNsPerSecond; }
  void Wait(base::TimeNs duration) { now_ += duration; }
  // 08:00 in UTC+7 of that day. Requires: later than now.
  void GoTo(base::Date day);

  // The bytes of a signed entry, in whatever form the operations are.
  base::Bytes SignBytes(const Signer& signer, const std::vector<v1::Operation>& operations,
                        const Envelope& envelope = {});
  // The same, decoded. Aborts unless the form is right.
  ledger::Entry Sign(const Signer& signer, const std::vector<v1::Operation>& operations,
                     const Envelope& envelope = {});

  // Executes a block at now() under RulesUnderTest() and adds it.
  std::vector<ledger::EntryOutcome> ExecuteBlock(std::span<const ledger::Entry> entries);
  // A block of one entry.
  ledger::EntryOutcome Execute(const Signer& signer, const std::vector<v1::Operation>& operations);

  const MemoryLedger& memory() const { return memory_; }
  const ledger::Entry& founding() const { return founding_; }
  const base::Digest& ledger_id() const { return ledger_id_; }

  // The key of that name, with proof of possession for this ledger.
  v1::NewKey NewKey(const std::string& organisation, const std::string& key,
                    bool manages_keys = false) const;
  // The text of the QR code of a label of this ledger, signed by the key named `stamp_key`.
  std::string StampUri(const std::string& gtin, const std::string& lot, std::uint64_t serial,
                       const std::string& stamp_key = "stamp") const;
  // 32 bytes: the id of a Propose that stands at `position` of an entry.
  static std::string ProposalId(const ledger::Entry& entry, std::uint32_t position = 0);

 private:
  MemoryLedger memory_;
  ledger::Entry founding_;
  base::Digest ledger_id_{};
  base::TimeNs now_ = 0;
  std::uint64_t nonce_ = 0;
};

// The bytes of an entry with a random nonce, signed at `now` and good for one hour. Thread-safe.
base::Bytes SignAt(base::TimeNs now, const base::Digest& ledger_id, const Signer& signer,
                   const std::vector<v1::Operation>& operations);

// The founding entry of a world.
ledger::Entry FoundingEntry(const v1::Found& found, const Signer& signer = "vp-hatinh");

// `block` with the state of a ledger under another rules version. Version 0 is older than any: it
// knows no field, so every entry is one of later rules.
ledger::StagedBlock UnderRules(std::uint32_t rules_version, ledger::StagedBlock block);

}  // namespace sogoc::support
