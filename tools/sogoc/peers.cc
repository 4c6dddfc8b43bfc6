#include "tools/sogoc/peers.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "tools/sogoc/json.h"
#include "tools/sogoc/node_client.h"
#include "tools/sogoc/session.h"
#include "tools/sogoc/text.h"

namespace sogoc::tools {
namespace {

using base::Result;

constexpr std::size_t kColumns = 8;
constexpr std::uint64_t kStandsStillSeconds = 60;  // an engine makes a block every 5 s
using Row = std::array<std::string, kColumns>;

struct Shown {
  Row row;
  std::vector<std::string> problems;
};

// Columns on the screen, for text without combining marks.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string ClockText(const v1::PeerView& peer) {
  if (!peer.clock_known()) return "?";
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%+.3f s",
                static_cast<double>(peer.clock_offset_ms()) / 1'000);
  return text.data();
}

std::string LinkText(const v1::PeerView& peer) {
  const bool dialled = !peer.dialled_since().empty();
  const bool heard = !peer.heard_since().empty();
  if (dialled && heard) return "both";
  return dialled ? "to it" : heard ? "from it" : "down";
}

std::string OrUnknown(const std::string& text) { return text.empty() ? "?" : text; }

std::string NumberOf(const v1::PeerView& peer, std::uint64_t number) {
  return peer.heartbeat_at().empty() ? "?" : std::to_string(number);
}

Shown Own(const v1::PeersStatus& status) {
  const v1::OwnStatus& own = status.own();
  Shown shown{{status.name(), OrUnknown(own.organisation()), std::to_string(own.height()),
               std::to_string(own.final_size()),
               own.has_engine() ? std::to_string(own.engine().height()) : "-", "", "this one",
               OrUnknown(own.version())},
              {}};
  const auto add = [&shown](const std::string& what, const std::string& why) {
    if (!why.empty()) shown.problems.push_back(what + ": " + why);
  };
  if (!status.cosigns()) add("it does not sign", OrUnknown(status.cosigns_not()));
  add("it takes no entries", own.entries_not());
  add("its clock is wrong", own.clock_problem());
  add("its stored ledger is damaged", own.store_damage());
  if (own.has_engine()) {
    add("its engine is lost", own.engine().problem());
    add("it does not vote", own.engine().votes_not());
    if (own.engine().catching_up()) {
      shown.problems.emplace_back("its engine is catching up");
    } else if (own.engine().height_unchanged_seconds() > kStandsStillSeconds) {
      shown.problems.push_back("its engine has made no block for " +
                               std::to_string(own.engine().height_unchanged_seconds()) + " s");
    }
  }
  if (own.fork_evidence() + own.validator_evidence() > 0) {
    shown.problems.push_back(
        "it holds evidence that somebody signed what an honest peer never signs: files " +
        std::to_string(own.fork_evidence() + own.validator_evidence()));
  }
  return shown;
}

Shown Other(const v1::PeersStatus& status, const v1::PeerView& peer) {
  Shown shown{{peer.name(), OrUnknown(peer.organisation()), NumberOf(peer, peer.height()),
               NumberOf(peer, peer.final_size()), NumberOf(peer, peer.engine_height()),
               ClockText(peer), LinkText(peer), OrUnknown(peer.version())},
              {}};
  if (peer.dialled_since().empty()) {
    shown.problems.push_back("not reached" +
                             (peer.address().empty() ? std::string(": the ledger names no address")
                                                     : " at " + peer.address()) +
                             (peer.dial_problem().empty() ? "" : ": " + peer.dial_problem()));
  }
  if (peer.heard_since().empty()) {
    shown.problems.push_back("does not reach this one" +
                             (peer.hear_problem().empty() ? "" : ": " + peer.hear_problem()));
  }
  if (peer.heard_since().empty() && !peer.heartbeat_at().empty()) {
    shown.problems.push_back("what it says of itself is of " + peer.heartbeat_at());
  }
  if (peer.genesis_differs()) {
    shown.problems.emplace_back("its engine was founded on another genesis file");
  }
  if (!peer.version().empty() && !status.own().version().empty() &&
      peer.version() != status.own().version()) {
    shown.problems.emplace_back("another version than this one's");
  }
  if (peer.cosignatures_refused() > 0) {
    shown.problems.push_back(std::to_string(peer.cosignatures_refused()) + " of its " +
                             std::to_string(peer.cosignatures()) + " cosignatures were of no use");
  }
  return shown;
}

std::string Draw(const std::vector<Shown>& all) {
  std::array<std::size_t, kColumns> widths{};
  for (const Shown& shown : all) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], Width(shown.row[i]));
  }
  std::string out;
  for (const Shown& shown : all) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      const std::string text = Printable(shown.row[i]);
      out += text;
      out += i + 1 < kColumns ? std::string(widths[i] - Width(text) + 2, ' ') : "\n";
    }
    for (const std::string& problem : shown.problems) out += "  ! " + Printable(problem) + "\n";
  }
  return out;
}

// The change that keeps all peers as they are: what a new, another or a missing one is written
// into.
Result<Exit> PrintProposal(Session& session) {
  TRY(NodeClient * node, session.Node());
  v1::Change change;
  TRY_STATUS(node->Get("/v1/peers/record", *change.mutable_peers()));
  session.out() << JsonText(change, /*all=*/false);
  return Exit::kDone;
}

Result<Exit> ShowPeers(Session& session, const FlagValues& values) {
  if (values.Has("proposal")) return PrintProposal(session);
  TRY(NodeClient * node, session.Node());
  v1::PeersStatus status;
  TRY_STATUS(node->Get("/v1/peers", status));
  session.out() << (session.options().json ? JsonText(status, /*all=*/true) : DrawPeers(status));
  return Exit::kDone;
}

}  // namespace

std::string DrawPeers(const v1::PeersStatus& status) {
  std::vector<Shown> all = {
      {{"PEER", "ORGANISATION", "HEIGHT", "FINAL SIZE", "ENGINE", "CLOCK", "LINK", "VERSION"}, {}},
      Own(status)};
  for (const v1::PeerView& peer : status.peers()) all.push_back(Other(status, peer));
  return Draw(all);
}

std::vector<Command> PeersCommands() {
  return {{"peers",
           "The peers as this gateway sees them, and what is wrong with them",
           "\n--proposal",
           {{"proposal", FlagKind::kSwitch, "",
             "print the peers that the ledger names as a change, for `governance propose "
             "--change`: it has to name all of them"}},
           ShowPeers}};
}

}  // namespace sogoc::tools
