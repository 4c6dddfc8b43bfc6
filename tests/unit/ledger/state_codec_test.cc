// Bytes of state values and keys. The bytes of every record: golden_state_test.

#include "node/ledger/state_codec.h"

#include <gtest/gtest.h>

#include <set>

#include "node/ledger/records.h"
#include "node/ledger/state_key.h"
#include "tests/support/random.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

enum class Colour : std::uint8_t { kRed = 1, kBlue = 2 };

struct Inner {
  std::uint16_t number = 0;
  template <class V, class R>
  static void Fields(V& visit, R& r) {
    visit(r.number);
  }
  bool operator==(const Inner&) const = default;
};

// One field of each kind.
struct Every {
  std::uint8_t u8 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  bool flag = false;
  Colour colour = Colour::kRed;
  std::string text;
  base::Bytes bytes;
  std::array<std::uint8_t, 3> fixed{};
  std::optional<Inner> maybe;
  std::vector<Inner> list;
  template <class V, class R>
  static void Fields(V& visit, R& r) {
    visit(r.u8, r.u32, r.u64, r.flag, r.colour, r.text, r.bytes, r.fixed, r.maybe, r.list);
  }
  bool operator==(const Every&) const = default;
};

const Every kEvery{1, 2, 3, true, Colour::kBlue, "Đ", {4, 5}, {6, 7, 8}, Inner{9}, {{10}, {11}}};

TEST(StateCodecTest, FieldsStandInOrderAfterTheEncodingByte) {
  EXPECT_EQ(base::ToHex(EncodeRecord(kEvery)),
            "01"  // encoding
            "01"
            "00000002"
            "0000000000000003"
            "01"
            "02"                  // flag, colour
            "00000002c490"        // text
            "000000020405"        // bytes
            "060708"              // fixed
            "010009"              // maybe
            "00000002000a000b");  // list
  EXPECT_EQ(base::ToHex(EncodeRecord(Every{})),
            "01"
            "00"
            "00000000"
            "0000000000000000"
            "00"
            "01"
            "00000000"
            "00000000"
            "000000"
            "00"
            "00000000");
}

TEST(StateCodecTest, WhatIsWrittenIsRead) {
  EXPECT_EQ(DecodeRecord<Every>(EncodeRecord(kEvery)), kEvery);
  EXPECT_EQ(DecodeRecord<Every>(EncodeRecord(Every{})), Every{});
}

TEST(StateCodecTest, EveryOtherLengthIsRefused) {
  const base::Bytes bytes = EncodeRecord(kEvery);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeRecord<Every>(base::ByteView(bytes).first(size))) << size;
  }
  base::Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(DecodeRecord<Every>(longer));
}

TEST(StateCodecTest, AnotherEncodingByteIsRefused) {
  base::Bytes bytes = EncodeRecord(kEvery);
  for (const int encoding : {0, 2, 255}) {
    bytes[0] = static_cast<std::uint8_t>(encoding);
    EXPECT_FALSE(DecodeRecord<Every>(bytes));
  }
}

TEST(StateCodecTest, BooleansAndPresenceAreZeroOrOne) {
  base::Bytes bytes = EncodeRecord(kEvery);
  bytes[14] = 2;  // flag
  EXPECT_FALSE(DecodeRecord<Every>(bytes));
  bytes = EncodeRecord(kEvery);
  bytes[31] = 2;  // maybe
  EXPECT_FALSE(DecodeRecord<Every>(bytes));
}

TEST(StateCodecTest, AFalseCountDoesNotMakeItAllocate) {
  base::Bytes bytes = EncodeRecord(Every{});
  bytes[bytes.size() - 4] = 0xff;
  EXPECT_FALSE(DecodeRecord<Every>(bytes));
}

TEST(StateCodecTest, MutatedBytesAreRefusedOrTheOneFormOfAnother) {
  support::Random random;
  const base::Bytes right = EncodeRecord(kEvery);
  for (int i = 0; i < 20'000; ++i) {
    base::Bytes bytes = right;
    bytes[random.Below(bytes.size())] = static_cast<std::uint8_t>(random.Below(256));
    const auto record = DecodeRecord<Every>(bytes);
    if (record) {
      EXPECT_EQ(EncodeRecord(*record), bytes);
    }
  }
}

// ---- Keys

TEST(StateKeyTest, NoKeyIsTheBeginningOfAnother) {
  support::Scenario s;
  s.Certify();
  s.Accepts("htx-cam", support::op::RegisterBatch{}, support::op::RegisterBatch{.lot = "L11"});
  s.KeyedRun();
  s.Accepts("htx-cam", support::op::RecordExceptions{}, support::op::OpenRecall{});
  const base::Bytes* previous = nullptr;
  for (const auto& [key, value] : s.memory().values()) {  // ascending: a prefix stands before
    if (previous) {
      EXPECT_FALSE(previous->size() <= key.size() &&
                   std::equal(previous->begin(), previous->end(), key.begin()));
    }
    previous = &key;
  }
}

TEST(StateKeyTest, FieldsDoNotRunIntoEachOther) {
  EXPECT_NE(FacilityKey("ab", "c"), FacilityKey("a", "bc"));
  EXPECT_NE(BatchKey("1", "23"), BatchKey("12", "3"));
  EXPECT_NE(ScoreKey("a", "b", "c"), ScoreKey("a", "", "bc"));
  EXPECT_EQ(base::ToHex(BatchKey("08930101000017", "L1")),
            "280e3038393330313031303030303137024c31");
}

}  // namespace
}  // namespace sogoc::ledger
