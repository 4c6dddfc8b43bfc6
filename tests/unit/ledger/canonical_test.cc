// The one canonical form of a message, clause by clause, on a schema made for it.

#include "node/ledger/canonical.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "proto/entry.pb.h"
#include "tests/support/random.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

constexpr char kSchema[] = R"(
  name: "canonical_test.proto" package: "test" syntax: "proto3"
  enum_type { name: "Colour"
              value { name: "NONE" number: 0 } value { name: "RED" number: 1 }
              value { name: "BLUE" number: 7 }
              value { name: "LATE" number: 9 options { [sogoc.v1.value_since]: 2 } } }
  message_type {
    name: "M"
    field { name: "small"    number: 1  type: TYPE_UINT32  label: LABEL_OPTIONAL }
    field { name: "big"      number: 2  type: TYPE_UINT64  label: LABEL_OPTIONAL }
    field { name: "flag"     number: 3  type: TYPE_BOOL    label: LABEL_OPTIONAL }
    field { name: "colour"   number: 4  type: TYPE_ENUM    label: LABEL_OPTIONAL type_name: "Colour" }
    field { name: "text"     number: 5  type: TYPE_STRING  label: LABEL_OPTIONAL }
    field { name: "raw"      number: 6  type: TYPE_BYTES   label: LABEL_OPTIONAL }
    field { name: "child"    number: 7  type: TYPE_MESSAGE label: LABEL_OPTIONAL type_name: "M" }
    field { name: "numbers"  number: 8  type: TYPE_UINT32  label: LABEL_REPEATED }
    field { name: "names"    number: 9  type: TYPE_STRING  label: LABEL_REPEATED }
    field { name: "children" number: 10 type: TYPE_MESSAGE label: LABEL_REPEATED type_name: "M" }
    field { name: "a1" number: 11 type: TYPE_UINT32 label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "a2" number: 13 type: TYPE_STRING label: LABEL_OPTIONAL oneof_index: 0 }
    field { name: "b1" number: 12 type: TYPE_UINT32 label: LABEL_OPTIONAL oneof_index: 1 }
    field { name: "b2" number: 14 type: TYPE_UINT32 label: LABEL_OPTIONAL oneof_index: 1 }
    field { name: "late"   number: 15 type: TYPE_UINT32  label: LABEL_OPTIONAL
            options { [sogoc.v1.since]: 2 } }
    field { name: "later"  number: 16 type: TYPE_MESSAGE label: LABEL_OPTIONAL type_name: "M"
            options { [sogoc.v1.since]: 3 } }
    field { name: "colours" number: 17 type: TYPE_ENUM   label: LABEL_REPEATED type_name: "Colour" }
    field { name: "signed" number: 18 type: TYPE_INT64   label: LABEL_OPTIONAL }
    field { name: "fixed"  number: 19 type: TYPE_FIXED64 label: LABEL_OPTIONAL }
    oneof_decl { name: "a" } oneof_decl { name: "b" }
  })";

class CanonicalTest : public testing::Test {
 protected:
  CanonicalTest() {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kSchema, &file));
    type_ = pool_.BuildFile(file)->FindMessageTypeByName("M");
  }

  // Empty if the bytes, written as hexadecimal, are canonical; else what is wrong.
  std::string Check(const std::string& hex, std::uint32_t rules_version = 1) const {
    const auto status = CheckCanonical(base::FromHex(hex).value(), *type_, rules_version);
    if (status) {
      EXPECT_EQ(Rewritten(hex), hex);
      return "";
    }
    EXPECT_EQ(status.error().code, base::ErrorCode::kInvalidArgument);
    return status.error().message;
  }

  // What protobuf makes of the bytes.
  std::string Rewritten(const std::string& hex) const {
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(type_)->New());
    EXPECT_TRUE(message->ParseFromString(base::ToText(base::FromHex(hex).value())));
    return base::ToHex(base::AsBytes(message->SerializeAsString()));
  }

 private:
  google::protobuf::DescriptorPool pool_;
  const google::protobuf::Descriptor* type_ = nullptr;
};

TEST_F(CanonicalTest, WhatTheWriterWritesIsCanonical) {
  for (const char* hex : {
           "",                        // nothing
           "0801",                    // small 1
           "08ffffffff0f",            // small 2^32 - 1
           "10ffffffffffffffffff01",  // big 2^64 - 1
           "1801",                    // flag
           "2007",                    // colour BLUE
           "2a02c490",                // text Đ
           "320100",                  // raw 00
           "3a00",                    // an empty child is one that is there
           "3a020801",                // child { small 1 }
           "42050001ffff03",          // numbers 0 1 65535
           "4a004a0161",              // names "" "a"
           "52005200",                // two empty children
           "58016001",                // a1 1, b1 1
           "60016a0161",              // b1 1, a2 "a"
           "8a0103000701",            // colours NONE BLUE RED
           "0801100118012001320100",
       }) {
    EXPECT_EQ(Check(hex), "") << hex;
  }
}

TEST_F(CanonicalTest, EverythingElseIsRefused) {
  const struct {
    const char* hex;
    const char* why;
  } cases[] = {
      // order, repetition
      {"10010801", "test.M.small: out of ascending order"},
      {"3a003200", "test.M.raw: out of ascending order"},
      {"08010801", "test.M.small: given twice"},
      {"2a01612a0161", "test.M.text: given twice"},
      {"3a003a00", "test.M.child: given twice"},
      {"4201014201 02", "test.M.numbers: given twice"},
      // oneofs
      {"58016a0161", "test.M.a2: two members of one oneof"},
      {"580160016a0161", "test.M.a2: two members of one oneof"},
      {"580160017001", "test.M.b2: two members of one oneof"},
      // unknown fields
      {"a00101", "test.M: unknown field 20"},
      {"0001", "test.M: unknown field 0"},
      {"f8ffffff0f01", "test.M: unknown field 536870911"},
      // wire types
      {"0a0101", "test.M.small: wrong wire type"},
      {"0d01000000", "test.M.small: wrong wire type"},
      {"090100000000000000", "test.M.small: wrong wire type"},
      {"0b", "test.M.small: wrong wire type"},
      {"2801", "test.M.text: wrong wire type"},
      {"3801", "test.M.child: wrong wire type"},
      {"4001", "test.M.numbers: wrong wire type"},  // not packed
      // varints
      {"088100", "test.M.small: not a shortest varint"},
      {"0880", "test.M.small: not a shortest varint"},
      {"08", "test.M.small: not a shortest varint"},
      {"1080808080808080808002", "test.M.big: not a shortest varint"},
      {"10ffffffffffffffffffff01", "test.M.big: not a shortest varint"},
      {"888000 01", "test.M: not a shortest varint where a tag is due"},
      {"80", "test.M: not a shortest varint where a tag is due"},
      {"888080808001", "test.M: not a shortest varint where a tag is due"},  // a tag of 33 bits
      {"2a810061", "test.M.text: truncated"},  // a length that is not shortest
      // defaults
      {"0800", "test.M.small: default value written out"},
      {"1800", "test.M.flag: default value written out"},
      {"2000", "test.M.colour: default value written out"},
      {"2a00", "test.M.text: default value written out"},
      {"3200", "test.M.raw: default value written out"},
      {"5800", "test.M.a1: default value written out"},
      {"4200", "test.M.numbers: empty list written out"},
      // values
      {"088080808010", "test.M.small: value out of range"},
      {"1802", "test.M.flag: value out of range"},
      {"2002", "test.M.colour: value out of range"},
      {"20ffffffffffffffffff01", "test.M.colour: value out of range"},  // -1
      {"42058080808010", "test.M.numbers: value out of range"},
      {"8a010102", "test.M.colours: value out of range"},
      {"42028100", "test.M.numbers: not a shortest varint"},
      {"900101", "test.M.signed: value out of range"},
      {"9901 0100000000000000", "test.M.fixed: wrong wire type"},
      // lengths
      {"2a0261", "test.M.text: truncated"},
      {"2a", "test.M.text: truncated"},
      {"2affffffffffffffffff01", "test.M.text: truncated"},
      {"3a0308", "test.M.child: truncated"},
      // text
      {"2a0109", "test.M.text: not plain UTF-8 text"},
      {"2a02c285", "test.M.text: not plain UTF-8 text"},
      {"4a0109", "test.M.names: not plain UTF-8 text"},
      // within
      {"3a020800", "test.M.small: default value written out"},
      {"5203a00101", "test.M: unknown field 20"},
  };
  for (const auto& [hex, why] : cases) {
    std::string packed(hex);
    packed.erase(std::remove(packed.begin(), packed.end(), ' '), packed.end());
    EXPECT_EQ(Check(packed), why) << hex;
  }
}

TEST_F(CanonicalTest, AFieldIsKnownSinceItsVersion) {
  EXPECT_EQ(Check("7801", 1), "test.M: unknown field 15");
  EXPECT_EQ(Check("7801", 2), "");
  EXPECT_EQ(Check("820100", 2), "test.M: unknown field 16");
  EXPECT_EQ(Check("820100", 3), "");
  EXPECT_EQ(Check("3a027801", 1), "test.M: unknown field 15");  // within, too
}

TEST_F(CanonicalTest, AnEnumValueIsKnownSinceItsVersion) {
  EXPECT_EQ(Check("2009", 1), "test.M.colour: value out of range");
  EXPECT_EQ(Check("2009", 2), "");
  EXPECT_EQ(Check("8a010109", 1), "test.M.colours: value out of range");
  EXPECT_EQ(Check("8a010109", 2), "");
}

TEST_F(CanonicalTest, NestingIsAtMost16Deep) {
  std::string hex;
  for (int depth = 1; depth <= 16; ++depth) {
    const auto length = static_cast<std::uint8_t>(hex.size() / 2);
    hex = "3a" + base::ToHex(base::Bytes{length}) + hex;
    EXPECT_EQ(Check(hex), "") << depth;
  }
  hex = "3a" + base::ToHex(base::Bytes{static_cast<std::uint8_t>(hex.size() / 2)}) + hex;
  EXPECT_EQ(Check(hex), "message nested too deep");
}

TEST(PlainTextTest, IsUtf8WithoutControlCharacters) {
  for (const char* hex : {"", "41", "7e", "20", "c2a0", "c490", "e1bb99", "efbfbf", "f0908080",
                          "f48fbfbf", "ed9fbf", "ee8080", "e0a080"}) {
    EXPECT_TRUE(IsPlainText(base::FromHex(hex).value())) << hex;
  }
  for (const char* hex :
       {"00",       "09",       "0a",     "1f",       "7f",              // C0, DEL
        "c280",     "c29f",                                              // C1
        "80",       "bf",       "c2",     "e1bb",     "f09080", "4180",  // alone or cut off
        "c0af",     "c1bf",     "e09fbf", "f08fbfbf",                    // overlong
        "eda080",   "edbfbf",                                            // surrogates
        "f4908080", "f5808080", "ff",     "fe",                          // beyond U+10FFFF
        "c241",     "e1bb41",   "e141bb", "f0908041"}) {                 // no continuation
    EXPECT_FALSE(IsPlainText(base::FromHex(hex).value())) << hex;
  }
}

// Whatever a bit flip makes of an entry: what is canonical is what would be written again.
TEST(CanonicalEntryTest, AMutatedEntryIsRefusedOrTheOneFormOfAnother) {
  support::Random random;
  support::Scenario s;
  const std::vector<v1::Operation> operations = {
      support::op::RegisterBatch{.inputs = {{}, {.lot = "L2", .ledger_id = support::Hash("x")}}},
      support::op::RecordAdminUnits{{{"1", "Xã", v1::COMMUNE, "42", 20260101, 0, {"a", "b"}}}},
      support::op::RecordExceptions{.ranges = {{1, 2}, {3, 4}}},
      support::op::IssueCertificate{.five_star_proposed = true}};
  const base::Bytes body = s.Sign("htx-cam", operations).body_bytes;
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    base::Bytes bytes = body;
    for (std::uint64_t flips = 1 + random.Below(3); flips > 0; --flips) {
      bytes[random.Below(bytes.size())] = static_cast<std::uint8_t>(random.Below(256));
    }
    if (!CheckCanonical(bytes, *v1::EntryBody::descriptor(), 1)) continue;
    ++accepted;
    v1::EntryBody message;
    ASSERT_TRUE(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    ASSERT_EQ(message.SerializeAsString(), base::ToText(bytes));
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace sogoc::ledger
