#include "node/peer/blob_fetcher.h"

#include <algorithm>
#include <utility>

namespace sogoc::peer {

using base::Digest;
using storage::BlobStanding;

// ---- Links

void BlobFetcher::LinkUp(const std::string& peer) {
  LinkDown(peer);
  links_[peer] = {};
  // It may have what this node missed.
  sweeps_again_ = true;
  if (!swept_) sweep_at_ = now_;
}

void BlobFetcher::LinkDown(const std::string& peer) {
  if (links_.erase(peer) == 0) return;
  for (auto& [hash, want] : wants_) {
    want.sources.erase(peer);
    want.asked.erase(peer);
    if (want.from == peer) want.from.clear();
  }
  Pump();
}

// ---- Who has what

void BlobFetcher::Announced(const std::string& peer, const BlobHave& have) {
  const auto link = links_.find(peer);
  if (link == links_.end()) return;  // once it is up, this node asks
  for (const Digest& hash : have.hashes) {
    if (link->second.announced.size() + link->second.early.size() >= kAnnouncedMax) break;
    link->second.announced.push_back({hash});
  }
  Look(peer);
}

// Which of the announced files this node wants. An entry may come later than word of its file.
void BlobFetcher::Look(const std::string& peer) {
  Link& link = links_.at(peer);
  if (link.is_looking || link.announced.empty()) return;
  link.is_looking = true;
  hooks_.work([this, peer, batch = std::exchange(link.announced, {})]() -> std::function<void()> {
    std::vector<BlobStanding> standings;
    standings.reserve(batch.size());
    for (const Announcement& one : batch) standings.push_back(blobs_.StandingOf(one.hash));
    return [this, peer, batch, standings = std::move(standings)] {
      const auto found = links_.find(peer);
      if (found == links_.end()) return;
      found->second.is_looking = false;
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (standings[i] == BlobStanding::kMissing) AddSource(peer, batch[i].hash);
        if (standings[i] == BlobStanding::kUnnamed && batch[i].tries > 1) {
          found->second.early.push_back({batch[i].hash, batch[i].tries - 1});
        }
      }
      Look(peer);
      Pump();
    };
  });
}

void BlobFetcher::Ask(const std::string& peer, const std::vector<Digest>& hashes) {
  links_.at(peer).queries.push_back(hashes);
  hooks_.send(peer, BlobQuery{hashes});
}

bool BlobFetcher::Answered(const std::string& peer, const BlobHave& have) {
  const auto link = links_.find(peer);
  if (link == links_.end() || link->second.queries.empty()) return false;
  const std::vector<Digest> asked = std::move(link->second.queries.front());
  link->second.queries.pop_front();
  for (const Digest& hash : asked) {
    if (const auto want = wants_.find(hash); want != wants_.end()) want->second.asked.erase(peer);
  }
  bool fits = true;
  for (const Digest& hash : have.hashes) {
    if (std::ranges::find(asked, hash) != asked.end()) {
      AddSource(peer, hash);
    } else {
      fits = false;
    }
  }
  Pump();
  return fits;
}

void BlobFetcher::AddSource(const std::string& peer, const Digest& hash) {
  if (Distrusts(peer, hash)) return;
  auto want = wants_.find(hash);
  if (want == wants_.end()) {
    if (wants_.size() >= kWantsMax) return;  // a later sweep finds it
    want = wants_.emplace(hash, Want{now_, {}, {}, {}, {}}).first;
  }
  want->second.sources.insert(peer);
}

bool BlobFetcher::Distrusts(const std::string& peer, const Digest& hash) const {
  const auto found = distrusted_.find(peer);
  if (found == distrusted_.end()) return false;
  return found->second.contains(hash) || found->second.size() >= kWantsMax;
}

void BlobFetcher::Fetch(const Digest& hash, std::function<void()> done) {
  if (const auto want = wants_.find(hash); want != wants_.end()) {
    want->second.waiting.push_back({now_ + kFetchLimit, std::move(done)});
    return;
  }
  if (links_.empty() || wants_.size() >= kWantsMax || unfound_.contains(hash)) return done();
  std::set<std::string> asked;
  for (const auto& [peer, link] : links_) {
    if (link.queries.size() < kQueriesMax) asked.insert(peer);
  }
  if (asked.empty()) return done();
  Want& want = wants_.emplace(hash, Want{now_, {}, asked, {}, {}}).first->second;
  want.waiting.push_back({now_ + kFetchLimit, std::move(done)});
  for (const std::string& peer : asked) Ask(peer, {hash});
}

// ---- Transfers

// Begins what can begin, and gives up what nobody has.
void BlobFetcher::Pump() {
  for (auto want = wants_.begin(); want != wants_.end();) {
    const auto next = std::next(want);
    const auto& [hash, state] = *want;
    if (state.from.empty()) {
      const auto source = std::ranges::find_if(state.sources, [this](const std::string& peer) {
        return !links_.at(peer).transfer.has_value();
      });
      if (source != state.sources.end()) {
        Begin(*source, hash);
      } else if (state.sources.empty() && state.asked.empty()) {
        if (unfound_.size() < kWantsMax) unfound_[hash] = now_ + kUnfoundFor;
        Settle(want);
      }
    }
    want = next;
  }
}

void BlobFetcher::Begin(const std::string& peer, const Digest& hash) {
  wants_.at(hash).from = peer;
  links_.at(peer).transfer = Transfer{hash, {}, 0, now_ + kPartLimit, false};
  hooks_.send(peer, BlobRequest{hash, 0});
}

bool BlobFetcher::Received(const std::string& peer, BlobPart part) {
  const auto link = links_.find(peer);
  if (link == links_.end() || !link->second.transfer) return false;
  Transfer& transfer = *link->second.transfer;
  if (transfer.is_whole || part.hash != transfer.hash) return false;
  if (const char* problem = TakePart(transfer, std::move(part))) {
    End(peer, problem);
    return true;
  }
  if (transfer.bytes.size() == transfer.size) {
    Keep(peer, transfer);
  } else {
    transfer.limit = now_ + kPartLimit;
    hooks_.send(peer,
                BlobRequest{transfer.hash, static_cast<std::uint32_t>(transfer.bytes.size())});
  }
  return true;
}

// What is wrong with the part; null: nothing.
const char* BlobFetcher::TakePart(Transfer& transfer, BlobPart part) const {
  if (part.size == 0) return "it does not have the file, though it said so";
  if (part.offset != transfer.bytes.size()) return "it sent another part than was asked for";
  if (part.size > storage::kBlobBytesMax) return "its file is too long";
  if (transfer.size != 0 && part.size != transfer.size) return "its file changed its size";
  if (part.bytes.size() != std::min<std::size_t>(kBlobPartBytes, part.size - part.offset)) {
    return "it sent a part of a wrong size";
  }
  transfer.size = part.size;
  base::Append(transfer.bytes, part.bytes);
  return nullptr;
}

void BlobFetcher::Keep(const std::string& peer, Transfer& transfer) {
  transfer.is_whole = true;
  hooks_.work([this, peer, hash = transfer.hash,
               bytes = std::move(transfer.bytes)]() -> std::function<void()> {
    const base::Result<bool> kept = blobs_.Keep(hash, bytes);
    const char* problem = nullptr;
    if (!kept) {
      const bool is_another = kept.error().code == base::ErrorCode::kInvalidArgument;
      problem = is_another ? "its file has another hash" : "this node cannot keep the file";
    }
    return [this, peer, hash, problem] {
      const auto link = links_.find(peer);
      const bool is_up = link != links_.end() && link->second.transfer &&
                         link->second.transfer->hash == hash && link->second.transfer->is_whole;
      if (is_up) return End(peer, problem);
      // The link broke meanwhile.
      const auto want = wants_.find(hash);
      if (problem == nullptr && want != wants_.end() && want->second.from.empty()) Settle(want);
    };
  });
}

void BlobFetcher::End(const std::string& peer, const char* problem, bool was_slow) {
  Link& link = links_.at(peer);
  const Digest hash = link.transfer->hash;
  link.transfer.reset();
  if (problem != nullptr && !was_slow) distrusted_[peer][hash] = now_ + kDistrustFor;
  hooks_.ended(peer, hash, problem);
  if (const auto want = wants_.find(hash); want != wants_.end() && want->second.from == peer) {
    want->second.from.clear();
    want->second.sources.erase(peer);
    if (problem == nullptr) Settle(want);
  }
  Pump();
}

// Whoever waits is told to look.
void BlobFetcher::Settle(std::map<Digest, Want>::iterator want) {
  const std::vector<Waiter> waiting = std::move(want->second.waiting);
  wants_.erase(want);
  for (const Waiter& waiter : waiting) waiter.done();
}

// ---- Time

void BlobFetcher::Tick(Time now) {
  now_ = now;
  std::erase_if(unfound_, [&](const auto& item) { return item.second <= now; });
  for (auto& [peer, files] : distrusted_) {
    std::erase_if(files, [&](const auto& item) { return item.second <= now; });
  }
  std::vector<std::string> stalled;
  for (auto& [peer, link] : links_) {
    if (link.transfer && !link.transfer->is_whole && link.transfer->limit <= now) {
      stalled.push_back(peer);
    }
    link.announced.insert(link.announced.end(), link.early.begin(), link.early.end());
    link.early.clear();
    Look(peer);
  }
  for (const std::string& peer : stalled) End(peer, "it sent no part in time", true);
  std::vector<Waiter> late;
  for (auto& [hash, want] : wants_) {
    if (want.since + kFetchLimit <= now) want.asked.clear();
    std::erase_if(want.waiting, [&](Waiter& waiter) {
      if (waiter.limit > now) return false;
      late.push_back(std::move(waiter));
      return true;
    });
  }
  for (const Waiter& waiter : late) waiter.done();
  Pump();
  Sweep();
}

// Asks all peers for what is missing, some of it at a time.
void BlobFetcher::Sweep() {
  if (is_sweeping_ || links_.empty() || now_ < sweep_at_) return;
  is_sweeping_ = true;
  if (!swept_) sweeps_again_ = false;
  hooks_.work([this, after = swept_]() mutable -> std::function<void()> {
    std::vector<Digest> missing = blobs_.NextMissing(after, kSweptAtOnce);
    return [this, after, missing = std::move(missing)] {
      is_sweeping_ = false;
      swept_ = after;
      if (!swept_ && !sweeps_again_) sweep_at_ = now_ + sweep_pause_;
      for (std::size_t first = 0; first < missing.size(); first += kBlobHashesMax) {
        const std::size_t last = std::min(first + kBlobHashesMax, missing.size());
        const std::vector<Digest> some(missing.begin() + static_cast<std::ptrdiff_t>(first),
                                       missing.begin() + static_cast<std::ptrdiff_t>(last));
        for (auto& [peer, link] : links_) {
          if (link.queries.size() < kQueriesMax) Ask(peer, some);
        }
      }
    };
  });
}

}  // namespace sogoc::peer
