#include "node/peer/link_context.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace sogoc::peer {
namespace {

constexpr std::size_t kReasonBytesMax = 500;
constexpr std::int64_t kRoundTripMax_ns = 5'000'000'000;
constexpr std::size_t kShownHashBytes = 8;

std::string& ProblemOf(PeerStatus& status, LinkSide side) {
  return side == LinkSide::kDialled ? status.dial_problem : status.hear_problem;
}
base::TimeNs& SinceOf(PeerStatus& status, LinkSide side) {
  return side == LinkSide::kDialled ? status.dialled_since : status.heard_since;
}
const char* NameOf(LinkSide side) {
  return side == LinkSide::kDialled ? "the link to" : "the link from";
}

}  // namespace

std::string LinkContext::Hello() const {
  return EncodePeerFrame(PeerHello{kPeerProtocol, options.ledger_id, options.genesis_hash,
                                   options.name, options.program_version, clock.Now()});
}

std::string LinkContext::Heartbeat(const std::string& to, base::TimeNs answered_clock) const {
  OwnProgress own = hooks.progress();
  return EncodePeerFrame(PeerHeartbeat{clock.Now(), answered_clock, own.height, own.size,
                                       std::move(own.reach), own.final_size, table.Farthest(to)});
}

std::string LinkContext::Goodbye(const std::string& reason) {
  std::string text = reason.substr(0, kReasonBytesMax);
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return EncodePeerFrame(PeerGoodbye{std::move(text)});
}

base::Status LinkContext::CheckHello(const PeerHello& hello, const std::string& name) const {
  if (hello.protocol != kPeerProtocol) {
    return base::FailedPrecondition("it speaks version " + std::to_string(hello.protocol) +
                                    " of the peers' protocol and this node version " +
                                    std::to_string(kPeerProtocol) +
                                    "; one of the two programs has to be upgraded");
  }
  if (hello.ledger_id != options.ledger_id) {
    const auto start = base::ByteView(hello.ledger_id).first(kShownHashBytes);
    return base::FailedPrecondition("it keeps another ledger, " + base::ToHex(start));
  }
  if (hello.name != name) {
    return base::FailedPrecondition("it says that it is peer " + hello.name +
                                    ", with the key of peer " + name);
  }
  return base::Ok();
}

void LinkContext::LinkIsUp(const std::string& name, LinkSide side, const PeerHello& hello) {
  const base::TimeNs now = clock.Now();
  const bool differs =
      options.genesis_hash && hello.genesis_hash && *options.genesis_hash != *hello.genesis_hash;
  bool newly_differs = false;
  table.Update(name, [&](PeerStatus& status) {
    newly_differs = differs && !status.genesis_differs;
    status.genesis_differs = differs;
    status.version = hello.program_version;
    SinceOf(status, side) = now;
    ProblemOf(status, side).clear();
  });
  spdlog::info("{} peer {} is up ({})", NameOf(side), name, hello.program_version);
  if (newly_differs) {
    spdlog::warn("the engine of peer {} has another genesis file than this node's", name);
  }
}

void LinkContext::LinkIsDown(const std::string& name, LinkSide side, const std::string& problem) {
  bool changed = false;
  table.Update(name, [&](PeerStatus& status) {
    changed = ProblemOf(status, side) != problem;
    ProblemOf(status, side) = problem;
    SinceOf(status, side) = 0;
  });
  if (changed) spdlog::warn("{} peer {} is down: {}", NameOf(side), name, problem);
}

void LinkContext::HeardHeartbeat(const std::string& name, const PeerHeartbeat& heartbeat) {
  const base::TimeNs now = clock.Now();
  table.Update(name, [&](PeerStatus& status) {
    status.heartbeat_at = now;
    status.height = heartbeat.height;
    status.size = heartbeat.size;
    status.engine_height = heartbeat.reach.engine_height;
    status.final_size = heartbeat.final_size;
    const ValidatorReach& reach = heartbeat.reach;
    if (!reach.validator.empty() && (reach.validator != status.farthest.validator ||
                                     reach.engine_height > status.farthest.engine_height)) {
      status.farthest = reach;
    }
    status.remembered = heartbeat.heard_reach;
  });
}

void LinkContext::RefusedBlob(const std::string& name) {
  table.Update(name, [](PeerStatus& status) { ++status.blobs_refused; });
}

void LinkContext::HeardClock(const std::string& name, base::TimeNs theirs,
                             std::optional<base::TimeNs> sent) {
  const base::TimeNs now = clock.Now();
  // The other clock was read about halfway. A long way round, as after a pause of this process,
  // says nothing.
  const auto round_trip_ns = sent ? static_cast<std::int64_t>(now - *sent) : 0;
  if (round_trip_ns < 0 || round_trip_ns > kRoundTripMax_ns) return;
  const std::chrono::nanoseconds offset(
      static_cast<std::int64_t>(theirs - now + static_cast<base::TimeNs>(round_trip_ns / 2)));
  clocks.Report(name, offset, std::chrono::steady_clock::now());
  table.Update(name, [&](PeerStatus& status) { status.clock_offset = offset; });
}

void ReportLinkException(const std::exception_ptr& exception) {
  if (!exception) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    spdlog::error("a link to a peer ended with an exception: {:?}", caught.what());
  }
}

}  // namespace sogoc::peer
