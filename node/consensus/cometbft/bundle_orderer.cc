#include "node/consensus/cometbft/bundle_orderer.h"

#include <algorithm>

#include "crypto/random.h"
#include "node/consensus/execution.h"
#include "node/ledger/records.h"

namespace sogoc::cometbft {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSenderTick{250};  // how often late entries are looked for
constexpr milliseconds kRetryAfter{100};  // the first of growing waits for a busy engine
constexpr milliseconds kRetryAfterMax{2'000};

GatewayId RandomGatewayId() {
  GatewayId id{};
  crypto::FillRandom(id);
  return id;
}

std::size_t BytesOf(const std::vector<base::Bytes>& entries) {
  std::size_t bytes = sizeof(consensus::OnAnswered);
  for (const base::Bytes& entry : entries) bytes += sizeof entry + entry.size();
  return bytes;
}

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
  AnswerAll(outbox_.Close(), base::Unavailable("this node is stopping; send it again, here or to "
                                               "another peer"));
  for (std::thread& verifier : verifiers_) verifier.join();
  sender_.join();
}

base::Status BundleOrderer::Submit(std::vector<base::Bytes> entries,
                                   consensus::OnAnswered on_answered) {
  TRY_STATUS(options_.admit());
  const std::size_t bytes = BytesOf(entries);
  Submission submission{std::move(entries), std::move(on_answered)};
  if (!submitted_.TryPush(submission, bytes)) {
    return base::Unavailable("too many entries are waiting; send them again in a second");
  }
  return base::Ok();
}

void BundleOrderer::RunVerifier() {
  while (auto submission = submitted_.Pop()) Pack(*std::move(submission));
}

void BundleOrderer::Pack(Submission submission) {
  if (submission.entries.empty()) return submission.on_answered({});
  std::vector<consensus::CheckResult> results = checker_.Check(submission.entries);
  const auto pending =
      std::make_shared<PendingSubmission>(results.size(), std::move(submission.on_answered));
  std::vector<OutboxEntry> entries;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const base::Digest id = results[i] ? results[i]->entry.id : base::Digest{};
    if (auto answer = AnswerAtOnce(results[i])) {
      pending->Answer(i, {id, *std::move(answer)});
    } else {
      entries.push_back({id, std::move(submission.entries[i]), pending, i});
    }
  }
  AnswerAll(outbox_.Add(std::move(entries)), base::Unavailable("this node is stopping"));
}

std::optional<consensus::EntryAnswer> BundleOrderer::AnswerAtOnce(
    const consensus::CheckResult& checked) const {
  if (!checked) return checked.error();
  const ledger::Entry& entry = checked->entry;
  const auto head = store_.Head();
  const auto index = store_.FindEntry(entry.id);
  const bool stands_there = index && *index < head->log.size();
  const bool expired = entry.body.not_after() < head->header.time / base::kNsPerSecond;
  const bool foreign = !base::Equal(base::AsBytes(entry.body.ledger_id()), store_.ledger_id());
  const bool wrongly_signed =
      !checked->verified_with && store_.Get(ledger::KeyKey(entry.key_id)).has_value();
  if (!stands_there && !expired && !foreign && !wrongly_signed) return std::nullopt;
  // Execution finds the words.
  std::vector<std::vector<consensus::CheckResult>> alone{{*checked}};
  auto executed = consensus::ExecuteSubmissions(store_, std::move(alone), head->header.time + 1);
  if (std::holds_alternative<ledger::Accepted>(
          std::get<ledger::EntryOutcome>(executed.decisions[0].outcomes[0]))) {
    return std::nullopt;
  }
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
  const auto deadline = BundleOutbox::Clock::now() + options_.decision_max / 2;
  for (milliseconds wait = kRetryAfter;; wait = std::min(2 * wait, kRetryAfterMax)) {
    const base::Status sent = engine_.Broadcast(bundle.tx);
    if (sent) return;
    const bool again = sent.error().code == base::ErrorCode::kUnavailable && !stopping_ &&
                       BundleOutbox::Clock::now() + wait < deadline;
    if (!again) {
      AnswerAll(outbox_.Take(bundle.hash),
                base::Unavailable("not ordered: " + sent.error().message +
                                  "; send it again, here or to another peer"));
      return;
    }
    std::this_thread::sleep_for(wait);
  }
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
