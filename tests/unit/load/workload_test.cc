#include "tools/load/workload.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "proto/api.pb.h"
#include "tests/support/ledger_keys.h"

namespace sogoc::load {
namespace {

Author AuthorNamed(const std::string& name) {
  auto key = crypto::P256PrivateKey::FromScalar(crypto::Sha256(base::AsBytes(name)));
  return {name, std::move(*key), "08930101000017", "CS1"};
}

Workload WorkloadOf(const std::vector<std::string>& authors, WorkloadOptions options) {
  std::vector<Author> all;
  for (const std::string& author : authors) all.push_back(AuthorNamed(author));
  options.lot = "L";
  return Workload(std::move(all), std::move(options));
}

std::vector<ledger::Entry> EntriesOf(const Request& request) {
  v1::SubmitRequest submit;
  EXPECT_TRUE(submit.ParseFromString(request.body));
  std::vector<ledger::Entry> entries;
  for (const std::string& bytes : submit.entries()) {
    const auto entry = ledger::DecodeEntry(base::AsBytes(bytes), ledger::kRulesVersion);
    EXPECT_TRUE(entry) << entry.error().message;
    entries.push_back(*entry);
  }
  EXPECT_EQ(entries.size(), request.entries);
  return entries;
}

TEST(WorkloadTest, EntriesAreSignedAndDifferent) {
  const Workload workload = WorkloadOf({"htx-cam"}, {.operations = 3, .per_request = 4});
  std::set<base::Digest> ids;
  for (const ledger::Entry& entry : EntriesOf(workload.Make(0, 4))) {
    EXPECT_TRUE(VerifyEntry(entry, support::KeyOf("htx-cam").public_key()));
    EXPECT_EQ(entry.body.operations_size(), 3);
    EXPECT_EQ(entry.body.operations(0).record_stage_event().lot(), "L");
    ids.insert(entry.id);
  }
  EXPECT_EQ(ids.size(), 4U);
}

TEST(WorkloadTest, OperationsOfAnEntryTouchDifferentBatches) {
  const Workload workload =
      WorkloadOf({"htx-cam"}, {.batches = 250, .operations = 100, .per_request = 5});
  std::map<std::string, int> all;
  for (std::uint64_t number = 0; number < 2; ++number) {
    for (const ledger::Entry& entry : EntriesOf(workload.Make(number, 5))) {
      std::set<std::string> lots;
      for (const v1::Operation& operation : entry.body.operations()) {
        lots.insert(operation.record_stage_event().lot());
        ++all[operation.record_stage_event().lot()];
      }
      EXPECT_EQ(lots.size(), 100U);
    }
  }
  EXPECT_EQ(all.size(), 250U);
  for (const auto& [lot, count] : all) EXPECT_EQ(count, 4) << lot;
}

TEST(WorkloadTest, BatchesAreRegisteredInWholeGroupsForEachAuthor) {
  const Workload workload = WorkloadOf({"htx-cam", "ct-mam"}, {.batches = 150});
  std::map<std::string, std::set<std::string>> lots;
  for (const Request& request : workload.Registrations()) {
    for (const ledger::Entry& entry : EntriesOf(request)) {
      EXPECT_EQ(entry.body.operations_size(), 100);
      for (const v1::Operation& operation : entry.body.operations()) {
        lots[entry.body.author()].insert(operation.register_batch().lot());
      }
    }
  }
  EXPECT_EQ(lots["htx-cam"].size(), 200U);
  EXPECT_EQ(lots["ct-mam"], lots["htx-cam"]);
  EXPECT_TRUE(lots["ct-mam"].contains("L-1"));
  EXPECT_TRUE(WorkloadOf({"htx-cam"}, {}).Registrations().empty());
}

TEST(WorkloadTest, AuthorsTakeTurns) {
  const Workload workload = WorkloadOf({"htx-cam", "ct-mam"}, {.batches = 10, .operations = 4});
  const auto first = EntriesOf(workload.Make(0, 1));
  const auto second = EntriesOf(workload.Make(1, 1));
  EXPECT_EQ(first[0].body.author(), "htx-cam");
  EXPECT_EQ(second[0].body.author(), "ct-mam");
  EXPECT_EQ(first[0].body.operations(3).record_stage_event().lot(), "L-4");
  EXPECT_EQ(second[0].body.operations(3).record_stage_event().lot(), "L-4");
  EXPECT_EQ(EntriesOf(workload.Make(2, 1))[0].body.operations(0).record_stage_event().lot(), "L-5");
}

struct Taken {
  std::vector<std::uint64_t> numbers;
  std::vector<unsigned> entries;
};

Taken TakeAll(RequestSource& source) {
  Taken taken;
  while (const auto request = source.Next()) {
    EXPECT_EQ(EntriesOf(*request).size(), request->entries);
    taken.numbers.push_back(request->number);
    taken.entries.push_back(request->entries);
  }
  return taken;
}

TEST(RequestSourceTest, TheLastRequestHasWhatIsLeft) {
  const Workload workload = WorkloadOf({"htx-cam"}, {.per_request = 4});
  for (const std::uint64_t ahead : {0, 4, 7, 10, 100}) {
    RequestSource source(workload, 10);
    source.SignAhead(ahead, 1 << 20);
    const Taken taken = TakeAll(source);
    EXPECT_EQ(taken.numbers, (std::vector<std::uint64_t>{0, 1, 2})) << ahead;
    EXPECT_EQ(taken.entries, (std::vector<unsigned>{4, 4, 2})) << ahead;
    EXPECT_EQ(source.signed_late(), ahead == 0 ? 10U : ahead == 4 ? 6U : ahead == 7 ? 2U : 0U);
  }
}

TEST(RequestSourceTest, RequestsThatAreThere) {
  const Workload workload = WorkloadOf({"htx-cam"}, {.batches = 300});
  RequestSource source(workload.Registrations());
  EXPECT_EQ(TakeAll(source).entries, (std::vector<unsigned>{1, 1, 1}));
  EXPECT_EQ(source.signed_late(), 0U);
}

TEST(RequestSourceTest, ExactlyFullRequests) {
  const Workload workload = WorkloadOf({"htx-cam"}, {.per_request = 5});
  RequestSource source(workload, 10);
  EXPECT_EQ(TakeAll(source).entries, (std::vector<unsigned>{5, 5}));
}

TEST(RequestSourceTest, NoMoreIsSignedAheadThanMemoryAllows) {
  const Workload workload = WorkloadOf({"htx-cam"}, {.per_request = 1});
  const std::size_t bytes = workload.Make(0, 1).body.size();
  RequestSource source(workload, 10);
  source.SignAhead(10, 3 * bytes);
  EXPECT_EQ(TakeAll(source).numbers.size(), 10U);
  EXPECT_EQ(source.signed_late(), 7U);
}

}  // namespace
}  // namespace sogoc::load
