#include "node/consensus/cometbft/bundle_orderer.h"

#include <algorithm>
#include <iterator>

#include "crypto/random.h"
#include "node/consensus/cometbft/admission.h"
#include "node/consensus/execution.h"

namespace sogoc::cometbft {
namespace {

using std::chrono::milliseconds;

// Signatures are verified faster together; more at once would leave the other threads idle.
constexpr std::size_t kVerifiedAtOnceBytes = 64 << 10;
constexpr milliseconds kSenderTick{250};  // how often late entries are looked for
constexpr milliseconds kRetryAfter{100};  // the first of growing waits for a busy engine
constexpr milliseconds kRetryAfterMax{2'000};

GatewayId RandomGatewayId() {
  GatewayId id{};
  crypto::FillRandom(id);
  return id;
}

base::Error Stopping() {
  return base::Unavailable(
      "this node is stopping; send the same bytes again, here or to another peer");
}

base::Error NotOrdered(const base::Error& why) {
  return base::Unavailable("not ordered: " + why.message +
                           "; send the same bytes again, here or to another peer");
}

// A store as of `head`, while newer blocks arrive: good for finding why an entry is refused.
class StoreAsOf final : public ledger::ParentView {
 public:
  StoreAsOf(const storage::LedgerStore& store, ledger::ChainHead head)
      : store_(store), head_(std::move(head)) {}
  std::optional<base::Bytes> Get(base::ByteView key) const override { return store_.Get(key); }
  std::optional<base::Bytes> GetStateNode(base::ByteView node_key) const override {
    return store_.GetStateNode(node_key);
  }
  std::optional<ledger::ChainHead> Head() const override { return head_; }
  // Not those of a block that is just being written.
  std::optional<ledger::EntryIndex> FindEntry(const base::Digest& id) const override {
    const auto index = store_.FindEntry(id);
    return index && *index < head_.log.size() ? index : std::nullopt;
  }

 private:
  const storage::LedgerStore& store_;
  const ledger::ChainHead head_;
};

void AnswerAll(const std::vector<OutboxEntry>& entries, const base::Error& error) {
  for (const OutboxEntry& entry : entries) entry.Answer(error);
}

}  // namespace

BundleOrderer::BundleOrderer(const storage::LedgerStore& store,
                             const consensus::EntryChecker& checker, EngineRpc& engine,
                             BundleOrdererOptions options)
    : store_(store),
      checker_(checker),
      engine_(engine),
      options_(std::move(options)),
      submitted_(options_.waiting_bytes_max),
      outbox_(RandomGatewayId(), options_.outbox) {
  for (unsigned i = 0; i < std::max(1U, options_.verify_threads); ++i) {
    verifiers_.emplace_back([this] { RunVerifier(); });
  }
  sender_ = std::thread([this] { RunSender(); });
}

BundleOrderer::~BundleOrderer() {
  stopping_ = true;
  submitted_.Close();
  AnswerAll(outbox_.Close(), Stopping());
  for (std::thread& verifier : verifiers_) verifier.join();
  sender_.join();
}

base::Status BundleOrderer::Submit(std::vector<base::Bytes> entries,
                                   consensus::OnAnswered on_answered) {
  TRY_STATUS(options_.admit());
  const std::size_t bytes = consensus::WaitingBytes(entries);
  Submission submission{std::move(entries), std::move(on_answered)};
  if (!submitted_.TryPush(submission, bytes)) {
    return base::Unavailable("too many entries are waiting; send them again in a second");
  }
  return base::Ok();
}

void BundleOrderer::RunVerifier() {
  while (true) {
    std::vector<Submission> waiting = submitted_.PopAll(kVerifiedAtOnceBytes);
    if (waiting.empty()) return;
    Pack(std::move(waiting));
  }
}

void BundleOrderer::Pack(std::vector<Submission> submissions) {
  std::vector<base::Bytes> bytes;
  for (Submission& submission : submissions) {
    std::move(submission.entries.begin(), submission.entries.end(), std::back_inserter(bytes));
  }
  const std::vector<consensus::CheckResult> results = checker_.Check(bytes);
  std::vector<OutboxEntry> entries;
  std::size_t next = 0;
  for (Submission& submission : submissions) {
    const std::size_t count = submission.entries.size();
    if (count == 0) {
      submission.on_answered({});
      continue;
    }
    const auto pending =
        std::make_shared<PendingSubmission>(count, std::move(submission.on_answered));
    for (std::size_t i = 0; i < count; ++i, ++next) {
      const consensus::CheckResult& checked = results[next];
      const base::Digest id = checked ? checked->entry.id : base::Digest{};
      if (auto answer = AnswerAtOnce(checked)) {
        pending->Answer(i, {id, *std::move(answer)});
      } else {
        entries.push_back({id, std::move(bytes[next]), pending, i});
      }
    }
  }
  AnswerAll(outbox_.Add(std::move(entries)), Stopping());
}

std::optional<consensus::EntryAnswer> BundleOrderer::AnswerAtOnce(
    const consensus::CheckResult& checked) const {
  if (!checked) return checked.error();
  const StoreAsOf parent(store_, *store_.Head());
  const base::TimeNs head_time = parent.Head()->header.time;
  if (!parent.FindEntry(checked->entry.id) && !LastingObjection(*checked, store_, head_time)) {
    return std::nullopt;
  }
  // Execution finds the words.
  std::vector<std::vector<consensus::CheckResult>> alone{{*checked}};
  auto executed = consensus::ExecuteSubmissions(parent, std::move(alone), head_time + 1);
  return consensus::AnswersOf(std::move(executed.decisions[0]), nullptr, store_)[0].answer;
}

void BundleOrderer::RunSender() {
  while (!stopping_) {
    if (const auto bundle = outbox_.Next(kSenderTick)) Send(*bundle);
    AnswerAll(outbox_.TakeOlder(BundleOutbox::Clock::now() - options_.decision_max),
              base::Unavailable("not decided in time: too few peers agree, or this one is behind. "
                                "The entry may still be taken; send the same bytes again later, "
                                "here or to another peer, and the receipt is the same"));
  }
}

void BundleOrderer::Send(const BundleOutbox::Sealed& bundle) {
  // Of bundles that waited as long for a busy engine, each has one attempt.
  const auto deadline = bundle.since + options_.decision_max / 2;
  for (milliseconds wait = kRetryAfter;; wait = std::min(2 * wait, kRetryAfterMax)) {
    const base::Status sent = engine_.Broadcast(bundle.tx);
    if (sent) return;
    if (sent.error().code == base::ErrorCode::kInvalidArgument) {
      return SendWithoutRefused(bundle, sent.error());
    }
    if (stopping_ || BundleOutbox::Clock::now() + wait >= deadline) {
      return AnswerAll(outbox_.Take(bundle.hash), NotOrdered(sent.error()));
    }
    std::this_thread::sleep_for(wait);
  }
}

void BundleOrderer::SendWithoutRefused(const BundleOutbox::Sealed& bundle,
                                       const base::Error& refused) {
  std::vector<OutboxEntry> entries = outbox_.Take(bundle.hash);
  if (entries.empty()) return;
  std::vector<base::Bytes> bytes = DecodeBundle(bundle.tx).value().entries;
  const std::vector<consensus::CheckResult> results = checker_.Check(bytes);
  std::vector<OutboxEntry> others;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (auto answer = AnswerAtOnce(results[i])) {
      entries[i].Answer(*std::move(answer));
    } else {
      entries[i].bytes = std::move(bytes[i]);
      others.push_back(std::move(entries[i]));
    }
  }
  if (others.size() == entries.size()) return AnswerAll(others, NotOrdered(refused));
  AnswerAll(outbox_.PutBack(std::move(others)), Stopping());
}

void BundleOrderer::OnCommitted(CommittedBlock block) {
  for (DecidedBundle& bundle : block.bundles) {
    const std::vector<OutboxEntry> entries = outbox_.Take(bundle.hash);
    if (entries.empty()) continue;
    std::vector<consensus::SubmittedAnswer> answers =
        consensus::AnswersOf(std::move(bundle.decision), block.block.get(), store_);
    for (std::size_t i = 0; i < entries.size(); ++i)
      entries[i].Answer(std::move(answers[i].answer));
  }
}

}  // namespace sogoc::cometbft
