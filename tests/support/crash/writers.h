#pragma once

// Clients that write while the ledger dies, and the check that it kept its word.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "node/base/result.h"
#include "tests/support/crash/client_journal.h"

namespace sogoc::support {

// One client's way to the ledger. One thread at a time.
class LedgerClient {
 public:
  virtual ~LedgerClient() = default;
  // The receipts, in the order of `entries`.
  //   kUnavailable  no answer came; what was sent may have been ordered or not
  //   otherwise     an answer that right entries must not get
  virtual base::Result<std::vector<Receipt>> Submit(const std::vector<base::Bytes>& entries) = 0;
  // What the ledger shows. kNotFound: it has no such entry.
  virtual base::Result<Receipt> Find(const base::Digest& id) = 0;
};

using Connect = std::function<std::unique_ptr<LedgerClient>()>;
// Makes a new entry that the ledger must accept. Thread-safe.
using MakeEntry = std::function<base::Bytes()>;

// Threads that submit requests of 1 to 3 entries, each as soon as the one before was answered,
// until no answer comes.
class Writers {
 public:
  Writers(int count, const Connect& connect, const MakeEntry& make, ClientJournal& journal);
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;
  ~Writers();

  // Waits until somebody was answered, or nobody writes any more.
  void AwaitAnAnswer();
  // Waits until nobody gets answers any more. Returns what was answered wrongly, if anything.
  base::Status Join();

 private:
  void Write(std::unique_ptr<LedgerClient> client, const MakeEntry& make, ClientJournal& journal);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool answered_ = false;
  int writing_;
  base::Status status_ = base::Ok();
  std::vector<std::thread> threads_;
};

// What became of what clients sent.
struct Afterwards {
  std::size_t acknowledged = 0;   // receipts that were compared
  std::size_t unanswered = 0;     // entries whose answer was lost
  std::size_t kept = 0;           // those of them that are in the ledger nevertheless
  std::vector<std::string> lost;  // acknowledged, but missing or elsewhere; a line for each
};

// Asks for every entry with a receipt and compares place and header hash.
Afterwards CompareReceipts(LedgerClient& client, const ClientJournal::Content& known);

// Sends every unanswered entry again and writes down its receipt. Whether the ledger had it already
// or not, it must be committed now, and be found where the receipt says.
base::Status SendAgain(LedgerClient& client, const std::vector<base::Bytes>& unanswered,
                       ClientJournal& journal);

}  // namespace sogoc::support
