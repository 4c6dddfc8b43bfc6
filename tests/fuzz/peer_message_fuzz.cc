// Messages between peers, as one side of a link reads them: whatever decodes is encoded to what
// decodes to the same, and no cosignature but the right ones counts.

#include <cstdlib>

#include "node/peer/checkpoint_book.h"
#include "node/peer/peer_message.h"
#include "tests/support/cosigning_peer.h"
#include "tests/support/manual_clock.h"

namespace {

using namespace sogoc;  // NOLINT: a program of one file

constexpr std::uint64_t kNow_s = 1'763'700'000;

void Expect(bool condition) {
  if (!condition) std::abort();
}

// peer1's book, whose log has the heads of 5 and 8 leaves, as of the 3 peers of which 2 must sign.
class Book {
 public:
  Book() {
    static const crypto::Policy policy = support::PolicyOfPeers(1, 3, 2);
    ledger::ChainHead head;
    for (std::uint64_t size = 1; size <= 8; ++size) {
      head.log.Append(base::Digest{static_cast<std::uint8_t>(size)},
                      [this](const crypto::LogNode& node, const base::Digest& hash) {
                        nodes_.emplace(std::pair(node.level, node.index), hash);
                      });
      head.header.height = size;
      if (size == 5 || size == 8) book_.AddHead(head, policy, std::nullopt, std::nullopt);
    }
  }

  void Hear(const peer::Cosigned& said) {
    const auto change = book_.AddLine("peer2.example", said);
    Expect(change.fate != peer::LineFate::kFork || !change.forks.empty() || forked_);
    forked_ = forked_ || !change.forks.empty();
    // One peer of three is no quorum, whatever it says.
    Expect(book_.final_head() == nullptr);
    Expect(book_.StandingOf(0).cosigned <= 1);
  }

 private:
  std::map<std::pair<unsigned, std::uint64_t>, base::Digest> nodes_;
  const crypto::LogNodeReader read_ = [this](const crypto::LogNode& node) {
    return nodes_.at({node.level, node.index});
  };
  support::ManualClock clock_{kNow_s * base::kNsPerSecond};
  peer::CheckpointBook book_{{.origin = support::kCosignedOrigin}, clock_, read_};
  bool forked_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Book book;
  base::ByteView rest(data, size);
  while (rest.size() >= peer::kPeerFrameHeadBytes) {
    const auto length = peer::DecodePeerFrameHead(rest);
    if (!length) break;
    rest = rest.subspan(peer::kPeerFrameHeadBytes);
    if (rest.size() < *length) break;
    const auto message = peer::DecodePeerMessage(rest.first(*length));
    if (!message) break;
    rest = rest.subspan(*length);
    const std::string frame = peer::EncodePeerFrame(*message);
    const base::ByteView again = base::AsBytes(frame).subspan(peer::kPeerFrameHeadBytes);
    Expect(again.size() <= peer::kPeerMessageBytesMax);
    Expect(peer::DecodePeerMessage(again).value() == *message);
    if (const auto* said = std::get_if<peer::Cosigned>(&*message)) book.Hear(*said);
  }
  return 0;
}
