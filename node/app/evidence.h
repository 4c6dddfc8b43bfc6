#pragma once

// What shows that somebody signed what an honest peer never signs. Kept in the node's folder, one
// file a case, for people and courts: nothing here reads it again.

#include <filesystem>
#include <functional>
#include <string>

#include "node/consensus/cometbft/ledger_application.h"
#include "node/peer/checkpoint_book.h"

namespace sogoc::app {

struct EvidenceCount {
  std::uint64_t forks = 0;
  std::uint64_t validators = 0;
};

// Both write DIR/KIND-….txt durably and log an error that names the culprit. A case that is known
// is not written again, nor is more than 64 of one kind against one peer; one that cannot be
// written is logged in full. Thread-safe.
class EvidenceFolder {
 public:
  explicit EvidenceFolder(std::filesystem::path path) : path_(std::move(path)) {}

  void Record(const peer::ForkEvidence& fork) const;
  void Record(const cometbft::ValidatorMisbehavior& misbehavior) const;

  // Of cases that are on the disk.
  EvidenceCount Count() const;

 private:
  void Write(const std::string& kind, std::uint64_t at, const std::string& culprit,
             const std::string& text) const;
  void ForEachName(const std::function<void(const std::string&)>& use) const;

  const std::filesystem::path path_;
};

}  // namespace sogoc::app
