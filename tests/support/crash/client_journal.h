#pragma once

// What clients know of a ledger that dies under them: what they sent and what they were told. Kept
// in a file that the ledger never sees, so that it outlives the process, whichever dies.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "node/ledger/header.h"

namespace sogoc::support {

// What a client was told of an entry, or finds about it later.
struct Receipt {
  base::Digest id{};
  ledger::EntryIndex index = 0;
  ledger::Height height = 0;
  base::Digest header_hash{};
  bool operator==(const Receipt&) const = default;
};

// Thread-safe. Several processes may append to one journal, one after the other.
class ClientJournal {
 public:
  // Creates the file or goes on with it.
  explicit ClientJournal(const std::string& path);
  ClientJournal(const ClientJournal&) = delete;
  ClientJournal& operator=(const ClientJournal&) = delete;
  ~ClientJournal();

  void Sent(const base::Bytes& entry);
  void Answered(const Receipt& receipt);

  struct Content {
    std::map<base::Digest, base::Bytes> sent;
    std::vector<Receipt> receipts;
    // Sent, and nobody knows what became of it.
    std::vector<base::Bytes> Unanswered() const;
  };
  // What was written since the file had `from` bytes.
  Content Read(std::uint64_t from = 0) const;
  std::uint64_t size() const;

 private:
  void Append(const base::Bytes& record);

  int fd_;
};

}  // namespace sogoc::support
