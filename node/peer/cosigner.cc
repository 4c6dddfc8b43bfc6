#include "node/peer/cosigner.h"

#include <chrono>

#include "crypto/checkpoint.h"
#include "node/storage/fail_stop.h"
#include "node/storage/files.h"

namespace sogoc::peer {
namespace {

constexpr std::size_t kStateBytesMax = 4096;

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
    CosignerOptions options, crypto::Ed25519PrivateKey log_key,
    crypto::Ed25519PrivateKey cosigner_key, const ledger::ChainHead& head, PolicyAt policy_at,
    const crypto::LogNodeReader& read, const base::Clock& clock, storage::FileSystem& files) {
  TRY(const std::optional<crypto::Checkpoint> before, ReadState(files, options.state_path));
  if (before) TRY_STATUS(CheckExtends(*before, head, options.origin, read));
  std::unique_ptr<Cosigner> cosigner(new Cosigner(std::move(options), std::move(log_key),
                                                  std::move(cosigner_key), std::move(policy_at),
                                                  clock, files));
  cosigner->wanted_ = head;
  TRY_STATUS(cosigner->Sign(head));
  cosigner->thread_ = std::thread([raw = cosigner.get()] { raw->Run(); });
  return cosigner;
}

Cosigner::Cosigner(CosignerOptions options, crypto::Ed25519PrivateKey log_key,
                   crypto::Ed25519PrivateKey cosigner_key, PolicyAt policy_at,
                   const base::Clock& clock, storage::FileSystem& files)
    : options_(std::move(options)),
      log_key_(std::move(log_key)),
      cosigner_key_(std::move(cosigner_key)),
      policy_at_(std::move(policy_at)),
      clock_(clock),
      files_(files) {}

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
  if (head.header.height <= wanted_.header.height && head.hash != wanted_.hash) {
    storage::FailStop("cosigning: block " + std::to_string(head.header.height) +
                      " does not follow block " + std::to_string(wanted_.header.height));
  }
  wanted_ = head;
  changed_.notify_all();
}

std::shared_ptr<const SignedHead> Cosigner::Latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

void Cosigner::AfterSigning(ledger::Height height, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    if (latest_->head.header.height < height) {
      waiting_.emplace(height, std::move(done));
      return;
    }
  }
  done();
}

void Cosigner::Run() {
  while (true) {
    ledger::ChainHead head;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::nanoseconds(options_.resign_after),
                        [&] { return stopping_ || wanted_.hash != latest_->head.hash; });
      if (stopping_) return;
      head = wanted_;
    }
    const base::Status signed_head = Sign(head);
    if (!signed_head) storage::FailStop("cosigning: " + signed_head.error().message);
  }
}

base::Status Cosigner::Sign(const ledger::ChainHead& head) {
  const crypto::Checkpoint checkpoint{options_.origin, head.log.size(), head.log.Root()};
  const std::string text = crypto::FormatCheckpoint(checkpoint);
  const auto latest = Latest();
  if (!latest || latest->head.hash != head.hash) {
    TRY_STATUS(storage::WriteFileDurably(files_, options_.state_path, base::AsBytes(text)));
  }
  const std::uint64_t now_s = clock_.Now() / base::kNsPerSecond;
  crypto::Note note = crypto::SignCheckpoint(checkpoint, log_key_);
  note.signatures.push_back(crypto::CosignNote(text, options_.name, cosigner_key_, now_s));
  auto signed_head = std::make_shared<SignedHead>();
  signed_head->head = head;
  signed_head->note = crypto::FormatNote(note);
  TRY(signed_head->verdict, crypto::JudgeCheckpoint(signed_head->note, policy_at_(head), now_s));
  Publish(std::move(signed_head));
  return base::Ok();
}

void Cosigner::Publish(std::shared_ptr<const SignedHead> signed_head) {
  std::vector<std::function<void()>> ready;
  {
    const std::lock_guard lock(mutex_);
    latest_ = std::move(signed_head);
    const auto end = waiting_.upper_bound(latest_->head.header.height);
    for (auto it = waiting_.begin(); it != end; ++it) ready.push_back(std::move(it->second));
    waiting_.erase(waiting_.begin(), end);
  }
  for (const auto& done : ready) done();
}

}  // namespace sogoc::peer
