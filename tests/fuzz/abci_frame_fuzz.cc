// Whatever arrives on the engine's socket, in whatever pieces: the same messages come out, up to
// the same error, and a message that is a request is written and read again as the same. The ledger
// answers all of them or says what is wrong, and only Commit moves it.
//
// Input: a byte that chooses the pieces, then the stream.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "node/consensus/cometbft/abci_dispatch.h"
#include "node/consensus/cometbft/abci_frame.h"
#include "tests/support/engine/engine_world.h"

namespace {

using namespace sogoc;  // NOLINT: a program of one file

void Require(bool condition) {
  if (!condition) std::abort();
}

struct Decoded {
  std::vector<std::string> messages;
  std::string error;
  bool operator==(const Decoded&) const = default;
};

// `seed` 0: in one piece; otherwise in pieces of 1 to 16 bytes.
Decoded Decode(base::ByteView stream, unsigned seed, std::size_t frame_bytes_max) {
  cometbft::FrameDecoder decoder(frame_bytes_max);
  Decoded decoded;
  while (!stream.empty() && decoded.error.empty()) {
    const std::size_t piece = seed == 0 ? stream.size() : 1 + (seed >> 8) % 16;
    seed = seed == 0 ? 0 : seed * 1103515245 + 12345;
    const std::size_t size = std::min(piece, stream.size());
    decoder.Feed(stream.first(size));
    stream = stream.subspan(size);
    auto next = decoder.Next();
    for (; next && *next; next = decoder.Next()) decoded.messages.push_back(base::ToText(**next));
    if (!next) decoded.error = next.error().message;
  }
  return decoded;
}

void Answer(support::EngineWorld& world, const abci::Request& request) {
  const auto height = world.store().EngineHeight();
  const base::Digest head = world.store().Head()->hash;
  const auto answer = cometbft::AnswerRequest(world.application(), request);
  if (answer && request.has_commit()) return Require(world.store().EngineHeight() != height);
  Require(world.store().EngineHeight() == height && world.store().Head()->hash == head);
}

void TryRequest(std::optional<support::EngineWorld>& world, const std::string& message) {
  abci::Request request;
  if (!request.ParseFromString(message)) return;
  Require(!cometbft::RequestName(request).empty());
  static_cast<void>(cometbft::IsConsensusRequest(request));
  std::string frame;
  Require(cometbft::AppendFrame(frame, request).has_value());
  const Decoded again = Decode(base::AsBytes(frame), 0, cometbft::kFrameBytesMax);
  Require(again.error.empty() && again.messages.size() == 1);
  Require(again.messages[0] == request.SerializeAsString());
  if (!world) world.emplace();
  Answer(*world, request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteView stream(data + 1, size - 1);
  for (const std::size_t max : {std::size_t{300}, cometbft::kFrameBytesMax}) {
    const Decoded whole = Decode(stream, 0, max);
    Require(Decode(stream, 1U + data[0], max) == whole);
    if (max == cometbft::kFrameBytesMax) {
      std::optional<support::EngineWorld> world;
      for (const std::string& message : whole.messages) TryRequest(world, message);
    }
  }
  return 0;
}
