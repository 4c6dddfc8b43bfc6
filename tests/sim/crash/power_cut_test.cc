// Power cuts under a sequencer whose clients are being answered: every acknowledged entry is there
// afterwards. The same check catches a build that answers before it has synced.

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "node/consensus/sequencer.h"
#include "node/storage/ledger_directory.h"
#include "tests/support/crash/writers.h"
#include "tests/support/random.h"
#include "tests/support/storage/child_process.h"
#include "tests/support/storage/power_cut_disk.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_ledger.h"

namespace sogoc {
namespace {

namespace fs = std::filesystem;
namespace op = support::op;
using base::Status;
using consensus::Sequencer;
using consensus::SubmittedAnswer;
using support::PowerCutDisk;
using support::Receipt;

constexpr int kWriters = 4;
constexpr int kLots = 4;
constexpr int kDone = 0, kFailed = 1;

std::string Lot(int number) { return "L" + std::to_string(number); }

// Asks a sequencer in this process and reads its store.
class DirectClient final : public support::LedgerClient {
 public:
  DirectClient(Sequencer& sequencer, const storage::LedgerStore& store)
      : sequencer_(sequencer), store_(store) {}

  base::Result<std::vector<Receipt>> Submit(const std::vector<base::Bytes>& entries) override {
    std::promise<std::vector<SubmittedAnswer>> promise;
    TRY_STATUS(sequencer_.Submit(entries, [&](std::vector<SubmittedAnswer> answers) {
      promise.set_value(std::move(answers));
    }));
    std::vector<Receipt> receipts;
    for (const SubmittedAnswer& answer : promise.get_future().get()) {
      if (const auto* refusal = std::get_if<ledger::Refusal>(&answer.answer)) {
        return base::FailedPrecondition(refusal->en());
      }
      if (const auto* error = std::get_if<base::Error>(&answer.answer)) {
        return base::FailedPrecondition(error->message);
      }
      const auto& committed = std::get<consensus::Committed>(answer.answer);
      receipts.push_back({answer.id, committed.index, committed.height, committed.header_hash});
    }
    return receipts;
  }

  base::Result<Receipt> Find(const base::Digest& id) override {
    const auto index = store_.FindEntry(id);
    if (!index) return base::NotFound("is not in the ledger");
    const base::Bytes leaf = store_.Leaf(*index);
    TRY(const ledger::Entry entry,
        ledger::DecodeEntry(base::ByteView(leaf).subspan(1), ledger::kRulesVersion));
    const ledger::Header header = store_.HeaderOver(*index);
    return Receipt{entry.id, *index, header.height, ledger::HeaderHash(header)};
  }

 private:
  Sequencer& sequencer_;
  const storage::LedgerStore& store_;
};

// A node without sockets, on a disk whose power will go.
class Life {
 public:
  static base::Result<std::unique_ptr<Life>> Begin(const std::string& root, PowerCutDisk& disk) {
    TRY(auto opened, storage::OpenLedger(Options(root, disk)));
    return std::unique_ptr<Life>(new Life(std::move(opened.store)));
  }
  // The same without the head anchor, which would refuse a store that is too short. Read only.
  static base::Result<std::unique_ptr<Life>> WithoutAnchor(const std::string& root,
                                                           PowerCutDisk& disk) {
    storage::RocksSettings settings;
    settings.path = root + "/ledger/store";
    settings.mode = storage::RocksSettings::Mode::kReadOnly;
    settings.file_system = disk.rocks_files();
    TRY(auto store, storage::OpenRocksStore(settings));
    return std::unique_ptr<Life>(
        new Life(std::make_unique<storage::LedgerStore>(std::move(store), std::nullopt)));
  }
  // A small buffer, so that flushes are cut too.
  static storage::LedgerOptions Options(const std::string& root, PowerCutDisk& disk) {
    return {.directory = root + "/ledger",
            .block_cache_bytes = 1 << 20,
            .write_buffer_bytes = 64 << 10,
            .files = &disk.files(),
            .rocks_files = disk.rocks_files()};
  }

  std::unique_ptr<support::LedgerClient> Client() {
    return std::make_unique<DirectClient>(*sequencer_, *store_);
  }
  base::Bytes Sign(const std::string& author, const std::vector<v1::Operation>& operations) const {
    return support::SignAt(clock_.Now(), store_->ledger_id(), author, operations);
  }

 private:
  explicit Life(std::unique_ptr<storage::LedgerStore> store)
      : store_(std::move(store)),
        sequencer_(std::make_unique<Sequencer>(*store_, clock_, *verifier_,
                                               consensus::SequencerOptions{},
                                               [](const ledger::ChainHead&) {})) {}

  const base::SystemClock clock_;
  const std::unique_ptr<crypto::P256BatchVerifier> verifier_ = crypto::MakePlainP256Verifier();
  std::unique_ptr<storage::LedgerStore> store_;
  std::unique_ptr<Sequencer> sequencer_;
};

// Fails at the first acknowledged entry that is not where it was.
Status ExpectNothingLost(Life& life, const support::ClientJournal& journal) {
  const support::Afterwards after = CompareReceipts(*life.Client(), journal.Read());
  return after.lost.empty() ? base::Ok() : Status(base::Corrupt("lost: " + after.lost[0]));
}

// Checks what earlier lives have promised, then answers writers until the power goes.
Status Live(const std::string& root, PowerCutDisk& disk, support::ClientJournal& journal) {
  TRY(const auto life, Life::Begin(root, disk));
  TRY_STATUS(ExpectNothingLost(*life, journal));
  TRY_STATUS(SendAgain(*life->Client(), journal.Read().Unanswered(), journal));
  std::atomic<int> next = 0;
  support::Writers writers(
      kWriters, [&] { return life->Client(); },
      [&] { return life->Sign("htx-cam", {op::RecordStageEvent{.lot = Lot(++next % kLots)}}); },
      journal);
  return writers.Join();
}

class AnsweringPowerCut : public testing::Test {
 protected:
  AnsweringPowerCut() {
    fs::create_directories(root_);
    EXPECT_EQ(InChild({}, [this](PowerCutDisk& disk) { return Found(disk); }), kDone)
        << page_.message();
    fs::copy(root_, root_ + ".founded", fs::copy_options::recursive);
  }

  int InChild(const PowerCutDisk::Plan& plan, const std::function<Status(PowerCutDisk&)>& body) {
    return support::RunInChild([&] {
      PowerCutDisk disk(root_, plan);
      const Status status = body(disk);
      if (!status) page_.set_message(status.error().message);
      return status ? kDone : kFailed;
    });
  }

  Status Found(PowerCutDisk& disk) {
    const ledger::Entry founding = support::FoundingEntry(support::FoundMessage({}));
    TRY(const auto block, ledger::ExecuteFounding(founding));
    TRY_STATUS(storage::CreateLedger(Life::Options(root_, disk), *block));
    TRY(const auto life, Life::Begin(root_, disk));
    const base::Digest ledger_id = crypto::Sha256(founding.Leaf());
    for (const auto& first_block : support::FirstBlocks({}, ledger_id)) {
      for (const auto& first : first_block) {
        TRY_STATUS(life->Client()->Submit({life->Sign(first.author, first.operations)}));
      }
    }
    for (int i = 0; i < kLots; ++i) {
      TRY_STATUS(
          life->Client()->Submit({life->Sign("htx-cam", {op::RegisterBatch{.lot = Lot(i)}})}));
    }
    return base::Ok();
  }

  // The ledger as it was founded, and clients that know nothing.
  void StartAgain() {
    for (const std::string& path : {root_, root_ + ".morgue", journal_path_}) fs::remove_all(path);
    fs::copy(root_ + ".founded", root_, fs::copy_options::recursive);
  }

  int LiveInChild(const PowerCutDisk::Plan& plan) {
    return InChild(plan, [this](PowerCutDisk& disk) {
      support::ClientJournal journal(journal_path_);
      return Live(root_, disk, journal);
    });
  }
  using Begin = base::Result<std::unique_ptr<Life>>(const std::string&, PowerCutDisk&);
  // A last life without writers.
  int CompareInChild(Begin begin = Life::Begin) {
    return InChild({}, [this, begin](PowerCutDisk& disk) -> Status {
      TRY(const auto life, begin(root_, disk));
      return ExpectNothingLost(*life, support::ClientJournal(journal_path_));
    });
  }
  std::size_t Acknowledged() const {
    return support::ClientJournal(journal_path_).Read().receipts.size();
  }

  struct Caught {
    int by_clients = 0;  // an acknowledged entry is not there
    int at_start = 0;    // the node does not serve such a store
  };
  // Of 40 cuts under a build that has not synced such files when it says so.
  Caught CaughtOf40(const std::function<bool(const std::string& path)>& unsynced) {
    constexpr int kCuts = 40;
    Caught caught;
    for (int cut = 0; cut < kCuts; ++cut) {
      StartAgain();
      const int end = LiveInChild({.cut_at = 80 + random_.Below(200),
                                   .seed = random_.Below(1U << 31),
                                   .lies_about = unsynced});
      EXPECT_EQ(end, support::kPowerCutExitCode) << page_.message();
      caught.by_clients +=
          CompareInChild(Life::WithoutAnchor) == kFailed && page_.message().starts_with("lost: ");
      caught.at_start += CompareInChild() == kFailed && !page_.message().starts_with("lost: ");
    }
    std::printf("%d cuts: %d with an acknowledged entry missing, %d refused at the start\n", kCuts,
                caught.by_clients, caught.at_start);
    return caught;
  }

  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  const std::string root_ = directory_ / "disk";
  const std::string journal_path_ = directory_ / "journal";
  support::SharedPage page_;
  support::Random random_;
};

TEST_F(AnsweringPowerCut, NoAcknowledgedEntryIsLost) {
  constexpr int kCuts = 60;
  for (int cut = 0; cut < kCuts; ++cut) {
    ASSERT_EQ(LiveInChild({.cut_at = 1 + random_.Below(500), .seed = random_.Below(1U << 31)}),
              support::kPowerCutExitCode)
        << "life " << cut << ": " << page_.message();
  }
  ASSERT_EQ(CompareInChild(), kDone) << page_.message();
  std::printf("%d cuts, %zu acknowledgements, lost 0\n", kCuts, Acknowledged());
  EXPECT_GE(Acknowledged(), std::size_t{kCuts});
}

bool IsWriteAheadLog(const std::string& path) { return path.ends_with(".log"); }
bool IsAnchor(const std::string& path) { return path.find("/anchor.") != std::string::npos; }

// The positive controls: builds that acknowledge before they have synced.
TEST_F(AnsweringPowerCut, ABuildThatDoesNotSyncItsBatchIsCaught) {
  const Caught caught = CaughtOf40(IsWriteAheadLog);
  EXPECT_GE(caught.by_clients, 10);
  EXPECT_GE(caught.at_start, 10);
}

TEST_F(AnsweringPowerCut, ABuildThatSyncsNeitherBatchNorAnchorIsCaught) {
  const Caught caught =
      CaughtOf40([](const std::string& path) { return IsWriteAheadLog(path) || IsAnchor(path); });
  EXPECT_GE(caught.by_clients, 10);
}

}  // namespace
}  // namespace sogoc
