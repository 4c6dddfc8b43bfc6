// Keys and values of the state as tests/vectors/state.json has them (docs/format/state.md).

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <string>

#include "node/ledger/records.h"
#include "node/ledger/rules/rules.h"
#include "tests/support/json_file.h"
#include "tests/support/state_schema.h"
#include "tests/support/vectors.h"

namespace sogoc::ledger {
namespace {

namespace json = boost::json;
using support::Hex;
using support::HexArray;
using support::Number;
using support::Text;

// Objects without their names: arrays of the values, in the order in which they stand.
json::value WithoutNames(const json::value& value) {
  json::array out;
  if (const json::object* object = value.if_object()) {
    for (const auto& field : *object) out.push_back(WithoutNames(field.value()));
    return out;
  }
  if (const json::array* array = value.if_array()) {
    for (const json::value& each : *array) out.push_back(WithoutNames(each));
    return out;
  }
  return value;
}

template <class Record>
void CheckRecord(const json::value& each) {
  const Bytes value = Hex(each.at("value"));
  const std::optional<Record> record = DecodeRecord<Record>(value);
  ASSERT_TRUE(record);
  EXPECT_EQ(support::StateJson::Of(*record), WithoutNames(each.at("fields")));
  EXPECT_EQ(base::ToHex(EncodeRecord(*record)), Text(each.at("value")));
  for (std::size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(DecodeRecord<Record>(base::ByteView(value).first(size))) << size;
  }
}

const std::map<std::string, std::function<void(const json::value&)>>& RecordChecks() {
  static const std::map<std::string, std::function<void(const json::value&)>> checks = {
#define SOGOC_CHECK(name) {#name, CheckRecord<name>},
      SOGOC_FOR_EACH_RECORD(SOGOC_CHECK)
#undef SOGOC_CHECK
  };
  return checks;
}

StateKey MakeKey(const std::string& record, const json::array& f) {
  using KeyMaker = std::function<StateKey()>;
  const std::map<std::string, KeyMaker> makers = {
      {"LedgerRecord", [] { return LedgerKey(); }},
      {"OrganisationRecord", [&] { return OrganisationKey(Text(f[0])); }},
      {"KeyRecord", [&] { return KeyKey(HexArray<Digest>(f[0])); }},
      {"ParametersRecord", [] { return ParametersKey(); }},
      {"PolicyRecord", [] { return PolicyKey(); }},
      {"PeersRecord", [] { return PeersKey(); }},
      {"GovernanceRecord", [] { return GovernanceKey(); }},
      {"ProposalRecord", [&] { return ProposalKey(HexArray<Digest>(f[0])); }},
      {"AdminUnitRecord", [&] { return AdminUnitKey(Text(f[0])); }},
      {"RegimesRecord", [] { return RegimesKey(); }},
      {"VocabularyRecord", [&] { return VocabularyKey(f[0].to_number<std::uint32_t>()); }},
      {"ResolverRecord", [&] { return ResolverKey(Text(f[0])); }},
      {"ProducerRecord", [&] { return ProducerKey(Text(f[0])); }},
      {"FacilityRecord", [&] { return FacilityKey(Text(f[0]), Text(f[1])); }},
      {"PrefixRecord", [&] { return PrefixKey(Text(f[0])); }},
      {"AllocatedCodeRecord", [&] { return AllocatedCodeKey(Text(f[0])); }},
      {"ProductRecord", [&] { return ProductKey(Text(f[0])); }},
      {"ScoreRecord", [&] { return ScoreKey(Text(f[0]), Text(f[1]), Text(f[2])); }},
      {"DecisionRecord",
       [&] { return DecisionKey(Text(f[0]), f[1].to_number<base::Date>(), Text(f[2])); }},
      {"CertificateRecord", [&] { return CertificateKey(Text(f[0])); }},
      {"BatchRecord", [&] { return BatchKey(Text(f[0]), Text(f[1])); }},
      {"AncestorsRecord", [&] { return AncestorsKey(HexArray<Digest>(f[0])); }},
      {"OfferRecord", [&] { return OfferKey(Text(f[0]), Text(f[1]), Text(f[2])); }},
      {"LabelRunRecord", [&] { return LabelRunKey(Text(f[0]), Number(f[1])); }},
      {"ExceptionsRecord", [&] { return ExceptionsKey(Text(f[0]), Number(f[1]), Number(f[2])); }},
      {"RecallsRecord", [&] { return RecallsKey(Text(f[0])); }},
  };
  return makers.at(record)();
}

TEST(StateVectors, KeysAndValuesOfEveryRecord) {
  const json::value file = support::ReadJsonFile("tests/vectors/state.json");
  for (const json::value& each : file.at("records").as_array()) {
    const std::string record = Text(each.at("record"));
    SCOPED_TRACE(record);
    const StateKey key = MakeKey(record, each.at("key_fields").as_array());
    EXPECT_EQ(base::ToHex(key), Text(each.at("key")));
    RecordChecks().at(record)(each);
  }
}

TEST(StateVectors, AncestorsAreHashedAsAValue) {
  const json::value file = support::ReadJsonFile("tests/vectors/state.json");
  for (const json::value& each : file.at("ancestors").as_array()) {
    AncestorsRecord record;
    for (const json::value& batch : each.at("batches").as_array()) {
      record.batches.push_back(
          {HexArray<Digest>(batch.at("ledger_id")), Text(batch.at("gtin")), Text(batch.at("lot"))});
    }
    EXPECT_EQ(base::ToHex(crypto::Sha256(EncodeRecord(record))), Text(each.at("hash")));
  }
}

class EmptyState final : public StateView {
 public:
  std::optional<Bytes> Get(base::ByteView) const override { return std::nullopt; }
};

// Applies operations to records that the test itself puts there.
class OperationVectors : public testing::Test {
 protected:
  OperationVectors() {
    author_.roles.push_back({v1::PRODUCE, "42", 20260101, 0, {}, std::nullopt});
    BatchRecord batch;
    batch.owner = "htx-vu-quang";
    batch.labels_authorised = 10'000;
    state_.Put(BatchKey(kGtin, kLot), batch);
    state_.Put(FacilityKey("htx-vu-quang", "kho-1"), FacilityRecord{});
  }

  template <class Operation>
  void Apply(const Operation& operation, const Digest& entry_id, std::uint32_t position) {
    entry_.id = entry_id;
    entry_.body.set_author("htx-vu-quang");
    rules::OperationContext ctx{state_,   entry_,  position, 5,     base::StartOf(20260102),
                                1,        ledger_, author_,  false, {},
                                approved_};
    const rules::Outcome refusal = rules::Apply(operation, ctx);
    EXPECT_FALSE(refusal) << refusal->en();
  }

  static constexpr const char* kGtin = "18935000000011";
  static constexpr const char* kLot = "CAM-2026-01";
  const json::value file_ = support::ReadJsonFile("tests/vectors/state.json");
  const EmptyState nothing_{};
  StateOverlay state_ = StateOverlay::Over(nothing_);
  Entry entry_;
  LedgerRecord ledger_;
  OrganisationRecord author_;
  std::vector<Bytes> approved_;
};

TEST_F(OperationVectors, StageEventsGiveTheRunningHash) {
  v1::RecordStageEvent event;
  event.set_gtin(kGtin);
  event.set_lot(kLot);
  event.set_stage(v1::SALE);
  event.set_location("kho-1");
  event.set_time(1767200400);
  std::uint64_t count = 0;
  for (const json::value& each : file_.at("stage_events").as_array()) {
    Apply(event, HexArray<Digest>(each.at("entry_id")),
          each.at("position").to_number<std::uint32_t>());
    const auto batch = Load<BatchRecord>(state_, BatchKey(kGtin, kLot));
    EXPECT_EQ(batch->event_count, ++count);
    EXPECT_EQ(base::ToHex(batch->event_hash), Text(each.at("hash")));
  }
}

TEST_F(OperationVectors, ExceptionsAreCutAtPageBorders) {
  LabelRunRecord run;
  run.lot = kLot;
  run.count = 10'000;
  ProductRecord product;
  product.producer = "htx-vu-quang";
  ProducerRecord producer;
  producer.residences = {{"18073", 20200101}};
  state_.Put(LabelRunKey(kGtin, 1), run);
  state_.Put(ProductKey(kGtin), product);
  state_.Put(ProducerKey("htx-vu-quang"), producer);
  for (const json::value& each : file_.at("exception_pages").as_array()) {
    v1::RecordExceptions exceptions;
    exceptions.set_gtin(kGtin);
    exceptions.set_first(1);
    exceptions.set_kind(v1::VOID);
    v1::SerialRange& range = *exceptions.add_ranges();
    range.set_first(Number(each.at("first")));
    range.set_count(Number(each.at("count")));
    Apply(exceptions, Digest{}, 0);
    for (const json::value& page : each.at("pages").as_array()) {
      const StateKey key = ExceptionsKey(kGtin, 1, Number(page.at("page")));
      const auto record = Load<ExceptionsRecord>(state_, key);
      ASSERT_TRUE(record);
      ASSERT_EQ(record->ranges.size(), 1U);
      EXPECT_EQ(record->ranges[0].first, Number(page.at("first")));
      EXPECT_EQ(record->ranges[0].count, Number(page.at("count")));
    }
    EXPECT_EQ(Load<LabelRunRecord>(state_, LabelRunKey(kGtin, 1))->void_count, range.count());
  }
}

}  // namespace
}  // namespace sogoc::ledger
