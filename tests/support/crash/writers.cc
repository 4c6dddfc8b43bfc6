#include "tests/support/crash/writers.h"

#include "node/ledger/entry.h"

namespace sogoc::support {
namespace {

constexpr std::size_t kEntriesPerRequestMax = 3;

std::string Describe(const Receipt& receipt) {
  return "index " + std::to_string(receipt.index) + " of block " + std::to_string(receipt.height) +
         " (" + base::ToHex(receipt.header_hash) + ")";
}

}  // namespace

Writers::Writers(int count, const Connect& connect, const MakeEntry& make, ClientJournal& journal)
    : writing_(count) {
  for (int i = 0; i < count; ++i) {
    threads_.emplace_back([this, connect, make, &journal] { Write(connect(), make, journal); });
  }
}

Writers::~Writers() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Writers::AwaitAnAnswer() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return answered_ || writing_ == 0; });
}

base::Status Writers::Join() {
  for (std::thread& thread : threads_) thread.join();
  return status_;
}

void Writers::Write(std::unique_ptr<LedgerClient> client, const MakeEntry& make,
                    ClientJournal& journal) {
  base::Status status = base::Ok();
  for (std::size_t round = 0; status; ++round) {
    std::vector<base::Bytes> entries;
    while (entries.size() <= round % kEntriesPerRequestMax) entries.push_back(make());
    for (const base::Bytes& entry : entries) journal.Sent(entry);
    const auto receipts = client->Submit(entries);
    if (!receipts) {
      status = receipts.error();
      break;
    }
    for (const Receipt& receipt : *receipts) journal.Answered(receipt);
    const std::lock_guard lock(mutex_);
    answered_ = true;
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  if (status.error().code != base::ErrorCode::kUnavailable) status_ = status;
  --writing_;
  changed_.notify_all();
}

Afterwards CompareReceipts(LedgerClient& client, const ClientJournal::Content& known) {
  Afterwards result;
  result.acknowledged = known.receipts.size();
  for (const Receipt& receipt : known.receipts) {
    const auto found = client.Find(receipt.id);
    if (!found) {
      result.lost.push_back(Describe(receipt) + ": " + found.error().message);
    } else if (*found != receipt) {
      result.lost.push_back(Describe(receipt) + " is now " + Describe(*found));
    }
  }
  for (const base::Bytes& entry : known.Unanswered()) {
    ++result.unanswered;
    const auto decoded = ledger::DecodeEntry(entry, ledger::kRulesVersion);
    if (client.Find(decoded->id)) ++result.kept;
  }
  return result;
}

base::Status SendAgain(LedgerClient& client, const std::vector<base::Bytes>& unanswered,
                       ClientJournal& journal) {
  for (const base::Bytes& entry : unanswered) {
    TRY(const std::vector<Receipt> receipts, client.Submit({entry}));
    TRY(const Receipt found, client.Find(receipts.at(0).id));
    if (found != receipts[0]) {
      return base::Corrupt("told " + Describe(receipts[0]) + ", shown " + Describe(found));
    }
    journal.Answered(receipts[0]);
  }
  return base::Ok();
}

}  // namespace sogoc::support
