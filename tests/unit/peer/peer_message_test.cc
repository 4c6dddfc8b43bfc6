#include "node/peer/peer_message.h"

#include <gmock/gmock.h>

#include "proto/peer.pb.h"

namespace sogoc::peer {
namespace {

using testing::HasSubstr;

base::Digest Filled(std::uint8_t byte) {
  base::Digest digest;
  digest.fill(byte);
  return digest;
}

PeerMessage MustDecode(const std::string& frame, std::size_t bytes_max = kPeerMessageBytesMax) {
  const base::ByteView bytes = base::AsBytes(frame);
  EXPECT_EQ(DecodePeerFrameHead(bytes, bytes_max).value(), bytes.size() - kPeerFrameHeadBytes);
  return DecodePeerMessage(bytes.subspan(kPeerFrameHeadBytes), bytes_max).value();
}

void ExpectRefused(const v1::PeerMessage& message, const std::string& words) {
  const std::string bytes = message.SerializeAsString();
  const auto decoded = DecodePeerMessage(base::AsBytes(bytes));
  ASSERT_FALSE(decoded) << words;
  EXPECT_THAT(decoded.error().message, HasSubstr(words));
}

v1::PeerMessage GoodHello() {
  v1::PeerMessage message;
  message.mutable_hello()->set_protocol(1);
  message.mutable_hello()->set_ledger_id(std::string(32, 'x'));
  message.mutable_hello()->set_name("peer1.example");
  return message;
}

TEST(PeerMessageTest, EveryKindComesBack) {
  const PeerMessage messages[] = {
      PeerHello{1, Filled(1), Filled(2), "peer1.ví-dụ.vn", "0.1.0", 5},
      PeerHello{7, Filled(1), std::nullopt, "p", "", 0},
      PeerHeartbeat{~std::uint64_t{0}, 2, 3, 4, {{}, 5}, 6, {}},
      PeerHeartbeat{1, 2, 3, 4, {base::Bytes(20, 1), 5}, 6, {base::Bytes(20, 2), 7}},
      Cosigned{9, Filled(3), 8, "a line\n", ""},
      Cosigned{9, Filled(3), 8, "a line\n", "another\n"},
      PeerGoodbye{"because"},
      BlobHave{},
      BlobHave{std::vector<base::Digest>(kBlobHashesMax, Filled(7))},
      BlobQuery{{Filled(7), Filled(8)}},
      BlobRequest{Filled(7), 4'140'000},
      BlobPart{Filled(7), 0, 0, {}},
      BlobPart{Filled(7), 0, 5, base::Bytes(5, 1)},
  };
  for (const PeerMessage& message : messages) {
    EXPECT_EQ(MustDecode(EncodePeerFrame(message)), message);
  }
}

TEST(PeerMessageTest, TheLargestPartGoesOnlyToWhoExpectsIt) {
  const BlobPart part{Filled(255), ~std::uint32_t{0}, ~std::uint32_t{0},
                      base::Bytes(kBlobPartBytes, 1)};
  const std::string frame = EncodePeerFrame(part);
  EXPECT_EQ(MustDecode(frame, kPeerPartMessageBytesMax), PeerMessage(part));
  const base::ByteView bytes = base::AsBytes(frame);
  EXPECT_FALSE(DecodePeerFrameHead(bytes));
  EXPECT_FALSE(DecodePeerMessage(bytes.subspan(kPeerFrameHeadBytes)));
}

TEST(PeerMessageTest, AFrameHasOneToEightThousandBytes) {
  const auto head = [](std::uint32_t size) {
    base::Bytes bytes;
    base::AppendU32(bytes, size);
    return DecodePeerFrameHead(bytes);
  };
  EXPECT_FALSE(head(0));
  EXPECT_EQ(head(1).value(), 1U);
  EXPECT_EQ(head(8'192).value(), 8'192U);
  EXPECT_THAT(head(8'193).error().message, HasSubstr("8193"));
  EXPECT_FALSE(head(~std::uint32_t{0}));
}

TEST(PeerMessageTest, AKindOfALaterVersionIsSkipped) {
  // Field 15, two bytes.
  const base::Bytes later = {0x7a, 0x02, 'h', 'i'};
  EXPECT_EQ(DecodePeerMessage(later).value(), PeerMessage(std::monostate()));
}

TEST(PeerMessageTest, FieldsHaveTheirSizesAndTextsArePrintable) {
  EXPECT_TRUE(DecodePeerMessage(base::AsBytes(GoodHello().SerializeAsString())));
  v1::PeerMessage message = GoodHello();
  message.mutable_hello()->set_ledger_id(std::string(31, 'x'));
  ExpectRefused(message, "without ledger id");
  message = GoodHello();
  message.mutable_hello()->set_genesis_hash("short");
  ExpectRefused(message, "half a genesis hash");
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a\xff"), std::string(256, 'x')}) {
    message = GoodHello();
    message.mutable_hello()->set_name(name);
    ExpectRefused(message, "without a peer's name");
  }
  for (const std::string& version : {std::string("1\n2"), std::string(65, 'x')}) {
    message = GoodHello();
    message.mutable_hello()->set_program_version(version);
    ExpectRefused(message, "version is no text");
  }
  for (const std::size_t size : {1U, 19U, 21U}) {
    message.mutable_heartbeat()->set_validator(std::string(size, 'x'));
    ExpectRefused(message, "half a validator");
    message.mutable_heartbeat()->clear_validator();
    message.mutable_heartbeat()->set_heard_validator(std::string(size, 'x'));
    ExpectRefused(message, "half a validator");
  }
  v1::PeerMessage cosignature;
  cosignature.mutable_cosignature()->set_line("x");
  ExpectRefused(cosignature, "without root");
  cosignature.mutable_cosignature()->set_root(std::string(32, 'x'));
  cosignature.mutable_cosignature()->set_line("");
  ExpectRefused(cosignature, "without line");
  cosignature.mutable_cosignature()->set_line(std::string(513, 'x'));
  ExpectRefused(cosignature, "with a long one");
  v1::PeerMessage files;
  files.mutable_blob_have()->add_hashes(std::string(31, 'x'));
  ExpectRefused(files, "half a hash");
  for (std::size_t i = 0; i <= kBlobHashesMax; ++i) {
    files.mutable_blob_query()->add_hashes(std::string(32, 'x'));
  }
  ExpectRefused(files, "too many files");
  files.mutable_blob_request()->set_offset(1);
  ExpectRefused(files, "half a hash");
  files.mutable_blob_part()->set_size(1);
  ExpectRefused(files, "a part of no file");
  v1::PeerMessage goodbye;
  goodbye.mutable_goodbye()->set_reason("\x1b[31m");
  ExpectRefused(goodbye, "goodbye without text");
}

TEST(PeerMessageTest, WhatIsNoMessageIsRefused) {
  EXPECT_FALSE(DecodePeerMessage(base::Bytes{0x0a, 0x7f}));
  EXPECT_FALSE(DecodePeerMessage(base::Bytes(100, 0xff)));
  const std::string frame = EncodePeerFrame(PeerHello{1, Filled(1), Filled(2), "p", "v", 5});
  const base::ByteView body = base::AsBytes(frame).subspan(kPeerFrameHeadBytes);
  EXPECT_FALSE(DecodePeerMessage(body.first(body.size() - 1)));
}

}  // namespace
}  // namespace sogoc::peer
