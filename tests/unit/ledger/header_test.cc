// The leaf that closes a block.

#include "node/ledger/header.h"

#include <gtest/gtest.h>

#include "crypto/log_tree.h"

namespace sogoc::ledger {
namespace {

base::Digest Filled(std::uint8_t byte) {
  base::Digest digest;
  digest.fill(byte);
  return digest;
}

const Header kHeader{0x01020304,         0x1112131415161718, 0x2122232425262728, Filled(0x30),
                     0x4142434445464748, 0x51525354,         Filled(0x60),       Filled(0x70)};

TEST(HeaderTest, FieldsStandBigEndianInOrder) {
  std::string expected =
      "02010203041112131415161718"
      "2122232425262728";
  for (int i = 0; i < 32; ++i) expected += "30";
  expected +=
      "4142434445464748"
      "51525354";
  for (int i = 0; i < 32; ++i) expected += "60";
  for (int i = 0; i < 32; ++i) expected += "70";
  EXPECT_EQ(base::ToHex(EncodeHeaderLeaf(kHeader)), expected);
  EXPECT_EQ(EncodeHeaderLeaf(kHeader).size(), kHeaderLeafBytes);
}

TEST(HeaderTest, WhatIsWrittenIsRead) {
  EXPECT_EQ(DecodeHeaderLeaf(EncodeHeaderLeaf(kHeader)), kHeader);
  EXPECT_EQ(DecodeHeaderLeaf(EncodeHeaderLeaf(Header{})), Header{});
}

TEST(HeaderTest, OtherLeavesAreNoHeaders) {
  base::Bytes leaf = EncodeHeaderLeaf(kHeader);
  EXPECT_FALSE(DecodeHeaderLeaf({}));
  EXPECT_FALSE(DecodeHeaderLeaf(base::ByteView(leaf).first(128)));
  base::Bytes longer = leaf;
  longer.push_back(0);
  EXPECT_FALSE(DecodeHeaderLeaf(longer));
  leaf[0] = 1;
  EXPECT_FALSE(DecodeHeaderLeaf(leaf));
}

TEST(HeaderTest, ItsHashIsItsLeafHash) {
  EXPECT_EQ(HeaderHash(kHeader), crypto::LogLeafHash(EncodeHeaderLeaf(kHeader)));
  EXPECT_EQ(kHeader.index(), 0x4142434445464748 + 0x51525354);
}

}  // namespace
}  // namespace sogoc::ledger
