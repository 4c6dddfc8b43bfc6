#include "node/consensus/cometbft/abci_frame.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <vector>

#include "proto/abci.pb.h"
#include "tests/support/engine_simulator.h"
#include "tests/support/paths.h"

namespace sogoc::cometbft {
namespace {

using base::AsBytes;
using base::ErrorCode;

std::string Bytes(std::string_view hex) { return base::ToText(base::FromHex(hex).value()); }

std::string Framed(const google::protobuf::MessageLite& message) {
  std::string out;
  EXPECT_TRUE(AppendFrame(out, message));
  return out;
}

// Feeds `stream` in pieces and takes all messages that come out.
std::vector<std::string> Decode(std::string_view stream, std::size_t chop) {
  FrameDecoder decoder;
  std::vector<std::string> messages;
  for (std::size_t at = 0; at < stream.size(); at += chop) {
    decoder.Feed(AsBytes(stream.substr(at, chop)));
    for (auto next = decoder.Next(); next.value(); next = decoder.Next()) {
      messages.push_back(base::ToText(**next));
    }
  }
  return messages;
}

// "NAME framed: HEX" of the vectors made with the engine's own encoder.
std::map<std::string, std::string> FramedVectors() {
  const std::string mark = " framed: ";
  std::ifstream file(support::SourceDir() / "tests/vectors/abci.txt");
  std::map<std::string, std::string> vectors;
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find(mark);
    if (at != std::string::npos) vectors[line.substr(0, at)] = Bytes(line.substr(at + mark.size()));
  }
  return vectors;
}

std::map<std::string, abci::Request> Requests() {
  std::map<std::string, abci::Request> all;
  all["Request.flush"].mutable_flush();
  all["Request.commit"].mutable_commit();
  *all["Request.info"].mutable_info() = support::EngineInfo();
  all["Request.echo hello"].mutable_echo()->set_message("hello");
  all["Request.check_tx NEW tx=0102"].mutable_check_tx()->set_tx("\x01\x02");
  auto* recheck = all["Request.check_tx RECHECK tx=0102"].mutable_check_tx();
  recheck->set_tx("\x01\x02");
  recheck->set_type(abci::RECHECK);
  return all;
}

std::map<std::string, abci::Response> Responses() {
  std::map<std::string, abci::Response> all;
  all["Response.flush"].mutable_flush();
  all["Response.commit retain 0"].mutable_commit();
  all["Response.commit retain 100"].mutable_commit()->set_retain_height(100);
  auto* info = all["Response.info"].mutable_info();
  info->set_data("led");
  info->set_version("1.0.0");
  info->set_app_version(1);
  info->set_last_block_height(7);
  info->set_last_block_app_hash(std::string(32, '\xAA'));
  all["Response.echo hello"].mutable_echo()->set_message("hello");
  all["Response.check_tx ok"].mutable_check_tx();
  all["Response.process_proposal ACCEPT"].mutable_process_proposal()->set_status(
      abci::ResponseProcessProposal::ACCEPT);
  all["Response.exception \"boom\""].mutable_exception()->set_error("boom");
  return all;
}

template <class Message>
void ExpectFramesOf(const std::map<std::string, Message>& messages,
                    const std::map<std::string, std::string>& vectors) {
  for (const auto& [name, message] : messages) {
    const std::string& frame = vectors.at(name);
    EXPECT_EQ(base::ToHex(AsBytes(Framed(message))), base::ToHex(AsBytes(frame))) << name;
    EXPECT_EQ(support::Frame(message), frame) << name;
    const auto decoded = Decode(frame, frame.size());
    ASSERT_EQ(decoded.size(), 1U) << name;
    Message parsed;
    EXPECT_TRUE(parsed.ParseFromString(decoded[0])) << name;
    EXPECT_EQ(parsed.SerializeAsString(), message.SerializeAsString()) << name;
  }
}

TEST(AbciFrame, IsByteForByteThatOfTheEngine) {
  const auto vectors = FramedVectors();
  EXPECT_EQ(vectors.size(), Requests().size() + Responses().size());
  ExpectFramesOf(Requests(), vectors);
  ExpectFramesOf(Responses(), vectors);
}

TEST(AbciFrame, HasTheEnginesKeysAndLengths) {
  abci::Request request;
  request.mutable_finalize_block();
  EXPECT_EQ(Framed(request), Bytes("03a20100"));
  abci::Response response;
  response.mutable_finalize_block();
  EXPECT_EQ(Framed(response), Bytes("03aa0100"));
  // A message of 300 bytes: two keys and two lengths of two bytes are 6 of them.
  request.mutable_echo()->set_message(std::string(294, 'x'));
  EXPECT_EQ(Framed(request).substr(0, 3), Bytes("ac020a"));
  EXPECT_EQ(Framed(request).size(), 302U);
}

TEST(AbciFrame, IsCutOutOfAnyPieces) {
  std::string stream;
  std::vector<std::string> messages;
  for (const std::size_t size : {0, 1, 100, 119, 120, 121, 5000, 20'000}) {
    abci::Request request;
    request.mutable_echo()->set_message(std::string(size, 'x'));
    messages.push_back(request.SerializeAsString());
    EXPECT_TRUE(AppendFrame(stream, request));
  }
  for (std::size_t chop = 1; chop <= 300; ++chop) EXPECT_EQ(Decode(stream, chop), messages);
  EXPECT_EQ(Decode(stream, 4096), messages);
  EXPECT_EQ(Decode(stream, stream.size()), messages);
}

TEST(AbciFrame, MayBeEmpty) {
  EXPECT_EQ(Decode(Bytes("0000"), 2), std::vector<std::string>({"", ""}));
}

TEST(AbciFrame, IsAwaitedToItsLastByte) {
  for (const char* part : {"", "80", "ffff", "80808001", "0212"}) {
    FrameDecoder decoder;
    decoder.Feed(AsBytes(Bytes(part)));
    EXPECT_FALSE(decoder.Next().value()) << part;
    EXPECT_FALSE(decoder.Next().value()) << part;
  }
}

TEST(AbciFrame, IsRefusedForItsLengthForGood) {
  for (const char* hex : {
           "8000",                    // 0, not in its shortest form
           "828000",                  // 2
           "80808080808080808000",    // 0 in ten bytes
           "80808080808080808080",    // no end in ten bytes
           "8180808001",              // 2^28 + 1: above the limit
           "ffffffff07",              // 2^31 - 1
           "ffffffffffffffffff01",    // 2^64 - 1
           "ffffffffffffffffff7f",    // no 64-bit number
           "ffffffffffffffffffff01",  // eleven bytes
       }) {
    FrameDecoder decoder;
    decoder.Feed(AsBytes(Bytes(hex)));
    EXPECT_EQ(decoder.Next().error().code, ErrorCode::kInvalidArgument) << hex;
    decoder.Feed(AsBytes(Bytes("021200")));
    EXPECT_EQ(decoder.Next().error().code, ErrorCode::kInvalidArgument) << hex;
  }
}

TEST(AbciFrame, IsTakenUpToTheLimit) {
  FrameDecoder decoder(300);
  const std::string body(300, 'x');
  decoder.Feed(AsBytes(Bytes("ac02") + body + Bytes("ad02")));
  const auto message = decoder.Next().value();
  ASSERT_TRUE(message);
  EXPECT_EQ(base::AsText(*message), body);
  EXPECT_FALSE(decoder.Next());
}

TEST(AbciFrame, AtTheLimitOfTheProtocolIsAwaitedAndNotAllocated) {
  FrameDecoder decoder;
  decoder.Feed(AsBytes(Bytes("80808040")));  // 2^27
  EXPECT_FALSE(decoder.Next().value());
  FrameDecoder other;
  other.Feed(AsBytes(Bytes("81808040")));  // 2^27 + 1
  EXPECT_FALSE(other.Next());
}

TEST(AbciFrame, IsNotMadeOfAMessageAboveTheLimit) {
  abci::Response response;
  response.mutable_echo()->mutable_message()->resize(kFrameBytesMax);
  std::string out = "before";
  EXPECT_EQ(AppendFrame(out, response).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(out, "before");
}

}  // namespace
}  // namespace sogoc::cometbft
