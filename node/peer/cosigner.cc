#include "node/peer/cosigner.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "crypto/checkpoint.h"
#include "node/storage/fail_stop.h"
#include "node/storage/files.h"

namespace sogoc::peer {
namespace {

constexpr std::size_t kStateBytesMax = 4096;
constexpr std::size_t kSignedAtOnceMax = 16;  // of the heads that wait; older ones are skipped
constexpr std::size_t kQueueMax = 256;        // as many as the book remembers

// The state file holds the text of the last checkpoint that was signed, and nothing else.
base::Result<std::optional<crypto::Checkpoint>> ReadState(const storage::FileSystem& files,
                                                          const std::string& path) {
  auto bytes = files.Read(path, kStateBytesMax);
  if (!bytes && bytes.error().code == base::ErrorCode::kNotFound) {
    return std::optional<crypto::Checkpoint>();
  }
  if (!bytes) return bytes.error();
  auto checkpoint = crypto::ParseCheckpoint(base::AsText(*bytes));
  if (!checkpoint) {
    return base::Corrupt(path +
                         " is damaged: it says what this peer has signed. Restore it, or give the "
                         "peer new keys");
  }
  return std::optional(std::move(*checkpoint));
}

base::Status CheckExtends(const crypto::Checkpoint& signed_before, const ledger::ChainHead& head,
                          const std::string& origin, const crypto::LogNodeReader& read) {
  const std::uint64_t size = head.log.size();
  const std::string both = "signed " + std::to_string(signed_before.size) +
                           " leaves, the store has " + std::to_string(size);
  if (signed_before.origin != origin) {
    return base::FailedPrecondition("this peer signed for another ledger: " + signed_before.origin);
  }
  if (signed_before.size > size) {
    return base::FailedPrecondition("the store is behind what this peer has signed (" + both +
                                    "): restore the newer store");
  }
  if (crypto::LogRoot(signed_before.size, read) != signed_before.root) {
    return base::FailedPrecondition("the store is not the log that this peer has signed (" + both +
                                    ")");
  }
  return base::Ok();
}

}  // namespace

base::Result<std::unique_ptr<Cosigner>> Cosigner::Start(
    CosignerOptions options, CosignerKeys keys, const ledger::ChainHead& head, PolicyAt policy_at,
    const crypto::LogNodeReader& read, const base::Clock& clock, storage::FileSystem& files,
    CosignerHooks hooks) {
  TRY(const std::optional<crypto::Checkpoint> before, ReadState(files, options.state_path));
  if (before) TRY_STATUS(CheckExtends(*before, head, options.origin, read));
  std::unique_ptr<Cosigner> cosigner(new Cosigner(std::move(options), std::move(keys),
                                                  std::move(policy_at), read, clock, files,
                                                  std::move(hooks)));
  cosigner->newest_ = head;
  TRY_STATUS(cosigner->SignNew(cosigner->WithPolicies({head})));
  cosigner->thread_ = std::thread([raw = cosigner.get()] { raw->Run(); });
  return cosigner;
}

Cosigner::Cosigner(CosignerOptions options, CosignerKeys keys, PolicyAt policy_at,
                   const crypto::LogNodeReader& read, const base::Clock& clock,
                   storage::FileSystem& files, CosignerHooks hooks)
    : options_(std::move(options)),
      keys_(std::move(keys)),
      log_key_{options_.origin, crypto::NoteKeyType::kLog, keys_.log.public_key()},
      cosigner_key_{options_.name, crypto::NoteKeyType::kCosigner, keys_.cosigner.public_key()},
      policy_at_(std::move(policy_at)),
      clock_(clock),
      files_(files),
      hooks_(std::move(hooks)),
      book_({.origin = options_.origin, .heads_max = kQueueMax}, clock, read) {}

Cosigner::~Cosigner() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Cosigner::Extend(const ledger::ChainHead& head) {
  const std::lock_guard lock(mutex_);
  if (head.header.height <= newest_.header.height && head.hash != newest_.hash) {
    storage::FailStop("cosigning: block " + std::to_string(head.header.height) +
                      " does not follow block " + std::to_string(newest_.header.height));
  }
  if (head.hash == newest_.hash) return;
  newest_ = head;
  final_times_.Durable(head.header.height, std::chrono::steady_clock::now());
  if (queue_.size() == kQueueMax) queue_.erase(queue_.begin());
  queue_.push_back(head);
  changed_.notify_all();
}

LineFate Cosigner::Receive(const std::string& peer, const Cosigned& said) {
  const CheckpointBook::Change change = book_.AddLine(peer, said);
  Tell(change);
  return change.fate;
}

std::shared_ptr<const SignedHead> Cosigner::Latest() const {
  auto final_head = book_.final_head();
  return final_head ? final_head : book_.newest_head();
}

bool Cosigner::IsQuorumAlone() const {
  const std::lock_guard lock(mutex_);
  return alone_;
}

base::Status Cosigner::Signing() const {
  const std::lock_guard lock(mutex_);
  return signing_;
}

bool Cosigner::IsFinal(ledger::Height height) const {
  const auto final_head = book_.final_head();
  return final_head && final_head->head.header.height >= height;
}

void Cosigner::AfterFinal(ledger::Height height, std::function<void()> done) {
  Wait(height, std::nullopt, [done = std::move(done)](bool) { done(); });
}

void Cosigner::AwaitFinal(ledger::Height height, std::chrono::nanoseconds limit,
                          FinalWaiters::Done done) {
  Wait(height,
       std::chrono::steady_clock::now() +
           std::chrono::duration_cast<std::chrono::steady_clock::duration>(limit),
       std::move(done));
}

void Cosigner::Wait(ledger::Height height, std::optional<FinalWaiters::Time> deadline,
                    FinalWaiters::Done done) {
  {
    // Whoever makes a head final takes this lock afterwards, so nobody is forgotten in between.
    const std::lock_guard lock(mutex_);
    if (!IsFinal(height)) {
      waiters_.Add(height, deadline, std::move(done));
      if (deadline && *deadline < wake_at_) changed_.notify_all();
      return;
    }
  }
  done(true);
}

void Cosigner::Run() {
  const auto resign_after = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::nanoseconds(options_.resign_after));
  auto resign_at = std::chrono::steady_clock::now() + resign_after;
  while (true) {
    std::vector<ledger::ChainHead> heads;
    std::vector<FinalWaiters::Done> expired;
    {
      std::unique_lock lock(mutex_);
      if (queue_.empty() && !stopping_) {
        wake_at_ = std::min(resign_at, waiters_.NextDeadline().value_or(resign_at));
        changed_.wait_until(lock, wake_at_);
      }
      if (stopping_) return;
      heads = std::exchange(queue_, {});
      expired = waiters_.TakeExpired(std::chrono::steady_clock::now());
    }
    for (const auto& done : expired) done(false);
    if (heads.empty() && std::chrono::steady_clock::now() < resign_at) continue;
    const base::Status signed_heads = heads.empty() ? SignAgain() : SignNew(WithPolicies(heads));
    if (!signed_heads) storage::FailStop("cosigning: " + signed_heads.error().message);
    resign_at = std::chrono::steady_clock::now() + resign_after;
  }
}

std::vector<Cosigner::Waiting> Cosigner::WithPolicies(
    const std::vector<ledger::ChainHead>& heads) const {
  std::vector<Waiting> out;
  out.reserve(heads.size());
  for (const ledger::ChainHead& head : heads) out.push_back({head, policy_at_(head)});
  return out;
}

bool Cosigner::IsLogKey(const crypto::Policy& policy) const {
  return std::ranges::find(policy.logs, log_key_) != policy.logs.end();
}

bool Cosigner::IsCosigner(const crypto::Policy& policy) const {
  return std::ranges::find(policy.cosigners, cosigner_key_) != policy.cosigners.end();
}

base::Status Cosigner::CheckMaySign(const crypto::Policy& policy) const {
  if (!IsCosigner(policy)) {
    return base::FailedPrecondition("the ledger's policy does not name peer " + options_.name +
                                    " with the cosigner key of this node");
  }
  return hooks_.check_clock ? hooks_.check_clock() : base::Ok();
}

void Cosigner::SetSigning(base::Status signing) {
  const std::lock_guard lock(mutex_);
  if (signing.has_value() != signing_.has_value() ||
      (!signing && signing.error().message != signing_.error().message)) {
    if (signing) {
      spdlog::info("this peer cosigns again");
    } else {
      spdlog::warn("this peer does not cosign: {}", signing.error().message);
    }
  }
  signing_ = std::move(signing);
}

base::Status Cosigner::WriteDown(const ledger::ChainHead& head) {
  if (written_ == head.hash) return base::Ok();
  const std::string text =
      crypto::FormatCheckpoint({options_.origin, head.log.size(), head.log.Root()});
  TRY_STATUS(storage::WriteFileDurably(files_, options_.state_path, base::AsBytes(text)));
  written_ = head.hash;
  return base::Ok();
}

Cosigned Cosigner::SignLines(const Waiting& waiting, bool log, bool cosign) const {
  const crypto::Checkpoint checkpoint{options_.origin, waiting.head.log.size(),
                                      waiting.head.log.Root()};
  const std::string text = crypto::FormatCheckpoint(checkpoint);
  Cosigned out{checkpoint.size, checkpoint.root, waiting.head.header.height, {}, {}};
  if (log) {
    out.log_line = crypto::FormatNoteSignature(crypto::SignNote(text, options_.origin, keys_.log));
  }
  if (cosign) {
    const std::uint64_t now_s = clock_.Now() / base::kNsPerSecond;
    out.line =
        crypto::FormatNoteSignature(crypto::CosignNote(text, options_.name, keys_.cosigner, now_s));
  }
  return out;
}

// The heads of a batch are signed oldest first, and the last one is written down before that: it
// extends all of them, so nothing that contradicts any can be signed afterwards.
base::Status Cosigner::SignNew(const std::vector<Waiting>& batch) {
  const base::Status clock = hooks_.check_clock ? hooks_.check_clock() : base::Ok();
  const std::size_t count = batch.size();
  const auto ends_policy = [&](std::size_t i) {
    return i + 1 < count && batch[i].policy != batch[i + 1].policy;
  };
  const auto any_key = [&](const Waiting& waiting) {
    return IsLogKey(waiting.policy) || IsCosigner(waiting.policy);
  };
  if (std::ranges::any_of(batch, any_key)) TRY_STATUS(WriteDown(batch.back().head));
  for (std::size_t i = 0; i < count; ++i) {
    const crypto::Policy& policy = batch[i].policy;
    const bool sign = i + kSignedAtOnceMax >= count || ends_policy(i);
    const Cosigned lines =
        SignLines(batch[i], sign && IsLogKey(policy), sign && clock && IsCosigner(policy));
    if (!lines.line.empty() && hooks_.cosigned) hooks_.cosigned(lines);
    const CheckpointBook::Change change =
        book_.AddHead(batch[i].head, policy, crypto::ParseNoteSignature(lines.log_line),
                      crypto::ParseNoteSignature(lines.line));
    Tell(change);
  }
  last_ = batch.back();
  {
    const std::lock_guard lock(mutex_);
    alone_ = last_->policy.quorum == 1 && IsCosigner(last_->policy);
  }
  SetSigning(CheckMaySign(last_->policy));
  return base::Ok();
}

base::Status Cosigner::SignAgain() {
  const base::Status may_sign = CheckMaySign(last_->policy);
  SetSigning(may_sign);
  if (!may_sign) return base::Ok();
  TRY_STATUS(WriteDown(last_->head));
  const Cosigned lines = SignLines(*last_, IsLogKey(last_->policy), true);
  if (hooks_.cosigned) hooks_.cosigned(lines);
  Tell(book_.AddLine(options_.name, lines));
  return base::Ok();
}

void Cosigner::Tell(const CheckpointBook::Change& change) {
  for (const ForkEvidence& fork : change.forks) {
    if (hooks_.fork) hooks_.fork(fork);
  }
  for (const auto& end : change.policy_ends) {
    if (hooks_.policy_end) hooks_.policy_end(*end);
  }
  std::vector<FinalWaiters::Done> ready;
  {
    const std::lock_guard lock(mutex_);
    const auto final_head = book_.final_head();
    if (final_head) {
      const ledger::Height height = final_head->head.header.height;
      final_times_.Final(height, std::chrono::steady_clock::now());
      ready = waiters_.TakeUpTo(height);
    }
  }
  for (const auto& done : ready) done(true);
}

}  // namespace sogoc::peer
