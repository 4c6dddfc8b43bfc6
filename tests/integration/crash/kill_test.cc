// kill -9 of the real node while its clients are being answered.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/integration/node/node_folder.h"
#include "tests/integration/node/node_process.h"
#include "tests/support/crash/writers.h"
#include "tests/support/random.h"

namespace sogoc {
namespace {

namespace op = support::op;
using support::NodeProcess;
using support::Receipt;

constexpr int kWriters = 4;
constexpr int kLots = 4;

class HttpLedgerClient final : public support::LedgerClient {
 public:
  explicit HttpLedgerClient(const std::string& url)
      : client_(tools::HttpClient::Create(url).value()) {}

  base::Result<std::vector<Receipt>> Submit(const std::vector<base::Bytes>& entries) override {
    TRY(const v1::SubmitResponse response, support::Submit(client_, entries));
    std::vector<Receipt> receipts;
    for (const v1::EntryResult& result : response.results()) {
      const auto id = base::DigestFromHex(result.id());
      const auto hash = base::DigestFromHex(result.committed().header_hash());
      if (!id || !hash) return base::FailedPrecondition(result.ShortDebugString());
      receipts.push_back({*id, result.committed().index(), result.committed().height(), *hash});
    }
    if (receipts.size() != entries.size()) return base::Corrupt("another number of results");
    return receipts;
  }

  base::Result<Receipt> Find(const base::Digest& id) override {
    TRY(const v1::LogEntry entry, Get("/v1/entries/" + base::ToHex(id)));
    TRY(const base::Digest hash, HeaderHashOver(entry));
    return Receipt{base::DigestFromHex(entry.id()).value_or(base::Digest{}), entry.index(),
                   entry.height(), hash};
  }

 private:
  base::Result<v1::LogEntry> Get(const std::string& target) {
    tools::HttpCall call;
    call.target = target;
    call.fields = {{"Accept", "application/x-protobuf"}};
    TRY(const tools::HttpReply reply, client_.Send(call));
    v1::LogEntry entry;
    if (reply.status == 404) return base::NotFound("is not in the ledger");
    if (reply.status != 200 || !entry.ParseFromString(reply.body)) {
      return base::Corrupt("HTTP " + std::to_string(reply.status) + ": " + reply.body);
    }
    return entry;
  }
  // The block's header is the first after its entries.
  base::Result<base::Digest> HeaderHashOver(const v1::LogEntry& entry) {
    const auto known = header_hashes_.find(entry.height());
    if (known != header_hashes_.end()) return known->second;
    for (std::uint64_t index = entry.index() + 1;; ++index) {
      TRY(const v1::LogEntry next, Get("/v1/log/" + std::to_string(index)));
      if (next.type() != "header") continue;
      const auto hash = base::DigestFromHex(next.header_hash());
      if (!hash || next.height() != entry.height()) return base::Corrupt("another block's header");
      return header_hashes_[entry.height()] = *hash;
    }
  }

  tools::HttpClient client_;
  std::map<ledger::Height, base::Digest> header_hashes_;
};

class KillTest : public testing::Test {
 protected:
  void SetUp() override {
    StartNode();
    std::vector<base::Bytes> entries = folder_.FirstEntries();
    for (int i = 0; i < kLots; ++i) {
      entries.push_back(folder_.Sign("htx-cam", {op::RegisterBatch{.lot = Lot(i)}}));
    }
    entries_before_ = 1 + entries.size();  // the founding entry
    auto client = tools::HttpClient::Create(node_->url());
    support::SubmitAll(*client, entries);
  }

  static std::string Lot(int number) { return "L" + std::to_string(number); }
  std::string directory() const { return folder_.directory().path().string(); }
  void StartNode() { node_ = std::make_unique<NodeProcess>(directory()); }
  HttpLedgerClient Client() const { return HttpLedgerClient(node_->url()); }

  // Lets writers be answered for a moment, then sends `signal`. The node's exit status.
  int WriteUntil(int signal) {
    support::Writers writers(
        kWriters, [this] { return std::make_unique<HttpLedgerClient>(node_->url()); },
        [this] {
          return folder_.Sign("htx-cam", {op::RecordStageEvent{.lot = Lot(++next_ % kLots)}});
        },
        journal_);
    writers.AwaitAnAnswer();
    std::this_thread::sleep_for(std::chrono::milliseconds(3 + random_.Below(78)));
    node_->process().Signal(signal);
    const int status = node_->process().Wait();
    const base::Status answers = writers.Join();
    EXPECT_TRUE(answers) << answers.error().message;
    return status;
  }

  void ExpectNothingLost(const support::Afterwards& after) {
    for (const std::string& line : after.lost) ADD_FAILURE() << line;
  }

  // Ends the node and lets `sogoc-node check` execute everything again: it refuses an entry that
  // stands in the log twice, and counts them.
  void ExpectCheckPasses() {
    node_->process().Signal(SIGTERM);
    EXPECT_EQ(node_->process().Wait(), 0) << node_->process().output();
    support::Process check("sogoc-node", {"check", "--quiet", directory()});
    EXPECT_EQ(check.Wait(), 0);
    const std::size_t entries = entries_before_ + journal_.Read().sent.size();
    EXPECT_NE(check.output().find(" " + std::to_string(entries) + " entries,"), std::string::npos)
        << check.output();
    std::printf("sogoc-node check: %s", check.output().c_str());
  }

  support::Random random_;
  support::NodeFolder folder_;
  support::TempDirectory clients_;
  support::ClientJournal journal_{clients_ / "journal"};
  std::size_t entries_before_ = 0;
  std::atomic<int> next_ = 0;
  std::unique_ptr<NodeProcess> node_;
};

TEST_F(KillTest, NoAcknowledgedEntryIsLostInFiftyKills) {
  constexpr std::size_t kKills = 50;
  std::size_t unanswered = 0;
  std::size_t kept = 0;
  for (std::size_t kill = 0; kill < kKills && !HasFailure(); ++kill) {
    const std::uint64_t begin = journal_.size();
    ASSERT_EQ(WriteUntil(SIGKILL), -SIGKILL) << node_->process().output();
    StartNode();
    ASSERT_FALSE(HasFailure());
    HttpLedgerClient client = Client();
    const support::ClientJournal::Content known = journal_.Read(begin);
    const support::Afterwards after = CompareReceipts(client, known);
    ExpectNothingLost(after);
    unanswered += after.unanswered;
    kept += after.kept;
    const base::Status again = SendAgain(client, known.Unanswered(), journal_);
    ASSERT_TRUE(again) << again.error().message;
  }
  HttpLedgerClient client = Client();
  const support::Afterwards after = CompareReceipts(client, journal_.Read());
  ExpectNothingLost(after);
  EXPECT_EQ(after.unanswered, 0U);
  std::printf(
      "%zu kills, %zu acknowledgements, lost %zu; %zu answers did not arrive, %zu of their entries "
      "were in the ledger, all are now\n",
      kKills, after.acknowledged, after.lost.size(), unanswered, kept);
  EXPECT_GE(after.acknowledged, kKills);
  ExpectCheckPasses();
}

TEST_F(KillTest, ACleanStopAnswersWhatWasTaken) {
  EXPECT_EQ(WriteUntil(SIGTERM), 0) << node_->process().output();
  StartNode();
  ASSERT_FALSE(HasFailure());
  HttpLedgerClient client = Client();
  const support::Afterwards after = CompareReceipts(client, journal_.Read());
  ExpectNothingLost(after);
  EXPECT_GT(after.acknowledged, 0U);
  EXPECT_EQ(after.kept, 0U) << "taken, but not answered";
  const base::Status again = SendAgain(client, journal_.Read().Unanswered(), journal_);
  ASSERT_TRUE(again) << again.error().message;
  ExpectCheckPasses();
}

}  // namespace
}  // namespace sogoc
