#include "node/peer/peer_message.h"

#include <algorithm>

#include "crypto/note_key.h"
#include "proto/peer.pb.h"

namespace sogoc::peer {
namespace {

using base::InvalidArgument;
using base::Result;

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kVersionBytesMax = 64;
constexpr std::size_t kReasonBytesMax = 512;
constexpr std::size_t kLineBytesMax = 512;

std::string Text(const base::Digest& digest) { return base::ToText(digest); }

// These texts end up in logs and on screens.
bool IsPrintable(const std::string& text, std::size_t bytes_max) {
  return text.size() <= bytes_max &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

Result<PeerMessage> Read(const v1::PeerHello& in) {
  PeerHello out;
  out.protocol = in.protocol();
  const auto ledger_id = base::DigestFromBytes(base::AsBytes(in.ledger_id()));
  if (!ledger_id) return InvalidArgument("a hello without ledger id");
  out.ledger_id = *ledger_id;
  if (!in.genesis_hash().empty()) {
    out.genesis_hash = base::DigestFromBytes(base::AsBytes(in.genesis_hash()));
    if (!out.genesis_hash) return InvalidArgument("a hello with half a genesis hash");
  }
  if (in.name().size() > kNameBytesMax || !crypto::IsNoteKeyName(in.name())) {
    return InvalidArgument("a hello without a peer's name");
  }
  if (!IsPrintable(in.program_version(), kVersionBytesMax)) {
    return InvalidArgument("a hello whose version is no text");
  }
  out.name = in.name();
  out.program_version = in.program_version();
  out.clock = in.clock();
  return PeerMessage(std::move(out));
}

Result<ValidatorReach> ReadReach(const std::string& validator, std::uint64_t engine_height) {
  if (!validator.empty() && validator.size() != kValidatorBytes) {
    return InvalidArgument("a heartbeat with half a validator");
  }
  return ValidatorReach{base::ToBytes(base::AsBytes(validator)), engine_height};
}

Result<PeerMessage> Read(const v1::PeerHeartbeat& in) {
  TRY(ValidatorReach reach, ReadReach(in.validator(), in.engine_height()));
  TRY(ValidatorReach heard, ReadReach(in.heard_validator(), in.heard_engine_height()));
  return PeerMessage(PeerHeartbeat{in.clock(), in.answered_clock(), in.height(), in.size(),
                                   std::move(reach), in.final_size(), std::move(heard)});
}

Result<PeerMessage> Read(const v1::PeerCosignature& in) {
  const auto root = base::DigestFromBytes(base::AsBytes(in.root()));
  if (!root) return InvalidArgument("a cosignature without root");
  if (in.line().empty() || in.line().size() > kLineBytesMax ||
      in.log_line().size() > kLineBytesMax) {
    return InvalidArgument("a cosignature without line, or with a long one");
  }
  return PeerMessage(Cosigned{in.size(), *root, in.height(), in.line(), in.log_line()});
}

Result<PeerMessage> Read(const v1::PeerGoodbye& in) {
  if (!IsPrintable(in.reason(), kReasonBytesMax)) return InvalidArgument("a goodbye without text");
  return PeerMessage(PeerGoodbye{in.reason()});
}

using Hashes = google::protobuf::RepeatedPtrField<std::string>;

Result<std::vector<base::Digest>> ReadHashes(const Hashes& in) {
  std::vector<base::Digest> hashes;
  if (static_cast<std::size_t>(in.size()) > kBlobHashesMax) {
    return InvalidArgument("too many files in one message");
  }
  for (const std::string& text : in) {
    const auto hash = base::DigestFromBytes(base::AsBytes(text));
    if (!hash) return InvalidArgument("half a hash of a file");
    hashes.push_back(*hash);
  }
  return hashes;
}

Result<PeerMessage> Read(const v1::PeerBlobHave& in) {
  TRY(auto hashes, ReadHashes(in.hashes()));
  return PeerMessage(BlobHave{std::move(hashes)});
}

Result<PeerMessage> Read(const v1::PeerBlobQuery& in) {
  TRY(auto hashes, ReadHashes(in.hashes()));
  return PeerMessage(BlobQuery{std::move(hashes)});
}

Result<PeerMessage> Read(const v1::PeerBlobRequest& in) {
  const auto hash = base::DigestFromBytes(base::AsBytes(in.hash()));
  if (!hash) return InvalidArgument("a request for half a hash");
  return PeerMessage(BlobRequest{*hash, in.offset()});
}

Result<PeerMessage> Read(const v1::PeerBlobPart& in) {
  const auto hash = base::DigestFromBytes(base::AsBytes(in.hash()));
  if (!hash || in.bytes().size() > kBlobPartBytes) {
    return InvalidArgument("a part of no file, or too much of one");
  }
  return PeerMessage(
      BlobPart{*hash, in.offset(), in.size(), base::ToBytes(base::AsBytes(in.bytes()))});
}

struct Writer {
  v1::PeerMessage& out;

  void operator()(std::monostate) const {}
  void operator()(const PeerHello& in) const {
    v1::PeerHello& hello = *out.mutable_hello();
    hello.set_protocol(in.protocol);
    hello.set_ledger_id(Text(in.ledger_id));
    if (in.genesis_hash) hello.set_genesis_hash(Text(*in.genesis_hash));
    hello.set_name(in.name);
    hello.set_program_version(in.program_version);
    hello.set_clock(in.clock);
  }
  void operator()(const PeerHeartbeat& in) const {
    v1::PeerHeartbeat& heartbeat = *out.mutable_heartbeat();
    heartbeat.set_clock(in.clock);
    heartbeat.set_answered_clock(in.answered_clock);
    heartbeat.set_height(in.height);
    heartbeat.set_size(in.size);
    heartbeat.set_engine_height(in.reach.engine_height);
    heartbeat.set_final_size(in.final_size);
    heartbeat.set_validator(base::ToText(in.reach.validator));
    heartbeat.set_heard_validator(base::ToText(in.heard_reach.validator));
    heartbeat.set_heard_engine_height(in.heard_reach.engine_height);
  }
  void operator()(const Cosigned& in) const {
    v1::PeerCosignature& cosignature = *out.mutable_cosignature();
    cosignature.set_size(in.size);
    cosignature.set_root(Text(in.root));
    cosignature.set_height(in.height);
    cosignature.set_line(in.line);
    cosignature.set_log_line(in.log_line);
  }
  void operator()(const PeerGoodbye& in) const { out.mutable_goodbye()->set_reason(in.reason); }
  void operator()(const BlobHave& in) const {
    v1::PeerBlobHave& have = *out.mutable_blob_have();
    for (const base::Digest& hash : in.hashes) have.add_hashes(Text(hash));
  }
  void operator()(const BlobQuery& in) const {
    v1::PeerBlobQuery& query = *out.mutable_blob_query();
    for (const base::Digest& hash : in.hashes) query.add_hashes(Text(hash));
  }
  void operator()(const BlobRequest& in) const {
    out.mutable_blob_request()->set_hash(Text(in.hash));
    out.mutable_blob_request()->set_offset(in.offset);
  }
  void operator()(const BlobPart& in) const {
    v1::PeerBlobPart& part = *out.mutable_blob_part();
    part.set_hash(Text(in.hash));
    part.set_offset(in.offset);
    part.set_size(in.size);
    part.set_bytes(base::ToText(in.bytes));
  }
};

}  // namespace

std::string EncodePeerFrame(const PeerMessage& message) {
  v1::PeerMessage out;
  std::visit(Writer{out}, message);
  const std::string body = out.SerializeAsString();
  base::Bytes head;
  base::AppendU32(head, static_cast<std::uint32_t>(body.size()));
  return base::ToText(head) + body;
}

Result<std::size_t> DecodePeerFrameHead(base::ByteView head, std::size_t bytes_max) {
  const std::size_t size = base::ReadU32(head);
  if (size == 0 || size > bytes_max) {
    return InvalidArgument("a frame of " + std::to_string(size) + " bytes; 1 to " +
                           std::to_string(bytes_max) + " are allowed");
  }
  return size;
}

Result<PeerMessage> DecodePeerMessage(base::ByteView bytes, std::size_t bytes_max) {
  v1::PeerMessage in;
  if (bytes.size() > bytes_max ||
      !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("a frame that holds no message");
  }
  switch (in.kind_case()) {
    case v1::PeerMessage::kHello:
      return Read(in.hello());
    case v1::PeerMessage::kHeartbeat:
      return Read(in.heartbeat());
    case v1::PeerMessage::kCosignature:
      return Read(in.cosignature());
    case v1::PeerMessage::kGoodbye:
      return Read(in.goodbye());
    case v1::PeerMessage::kBlobHave:
      return Read(in.blob_have());
    case v1::PeerMessage::kBlobQuery:
      return Read(in.blob_query());
    case v1::PeerMessage::kBlobRequest:
      return Read(in.blob_request());
    case v1::PeerMessage::kBlobPart:
      return Read(in.blob_part());
    case v1::PeerMessage::KIND_NOT_SET:
      break;
  }
  return PeerMessage(std::monostate());
}

}  // namespace sogoc::peer
