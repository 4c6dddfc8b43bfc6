#pragma once

// Whoever decides the order: the embedded sequencer here, a replication engine behind the same
// interface.

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/ledger/header.h"
#include "node/ledger/refusal.h"

namespace sogoc::consensus {

// The entry stands in the log and is durable here (decision 25).
struct Committed {
  ledger::EntryIndex index = 0;
  ledger::Height height = 0;
  base::Digest header_hash{};
  base::TimeNs time = 0;  // record time
  bool repeated = false;  // it stood there before this submission
};
// Error: it is no canonical entry (kInvalidArgument), or the node could not take it just now
// (kUnavailable: nothing was promised, send it again).
using EntryAnswer = std::variant<Committed, ledger::Refusal, base::Error>;

struct SubmittedAnswer {
  base::Digest id{};  // zero where the entry could not be decoded
  EntryAnswer answer;
};

// Called once, on a thread of the orderer's, with one answer for each entry given, in order.
using OnAnswered = std::function<void(std::vector<SubmittedAnswer>)>;

// What a submission holds while it waits: no number of empty ones is free.
inline std::size_t WaitingBytes(const std::vector<base::Bytes>& entries) {
  std::size_t bytes = sizeof(OnAnswered);
  for (const base::Bytes& entry : entries) bytes += sizeof(base::Bytes) + entry.size();
  return bytes;
}

class Orderer {
 public:
  virtual ~Orderer() = default;
  // Takes signed entries as received. They are ordered as given; of two submissions that wait at
  // the same time either may come first. Thread-safe.
  //   kUnavailable  too much is waiting, or the node is stopping; nothing was promised and
  //                 `on_answered` is not called
  virtual base::Status Submit(std::vector<base::Bytes> entries, OnAnswered on_answered) = 0;
};

}  // namespace sogoc::consensus
