#pragma once

// Which peers stand behind which head: this node's own heads, and the lines of all peers over them.
// It finds the newest head that carries a quorum, and peers that signed two different logs. Lines
// that come before their head are kept until this node's own log has reached it.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/log_tree.h"
#include "crypto/note.h"
#include "node/base/time.h"
#include "node/peer/signed_head.h"

namespace sogoc::peer {

// One peer's signature over the checkpoint {the ledger's origin, size, root}.
struct Cosigned {
  std::uint64_t size = 0;
  base::Digest root{};
  ledger::Height height = 0;  // as the sender says; nothing rests on it
  std::string line;           // its cosignature (type 0x04), with its LF
  std::string log_line;       // by its log key (type 0x01); may be empty
  bool operator==(const Cosigned&) const = default;
};

// A key signed another log than this node's, or two different ones. Whoever holds both notes can
// check that. Nothing here says whose log is the right one: see `signers`.
struct ForkEvidence {
  std::string culprit;     // the peer's name; the vkey of a log key where only that one signed
  std::uint64_t size = 0;  // of `theirs`
  std::string theirs;      // what the culprit signed, as a note
  // A note that contradicts it: of the same size where there is one, else of a larger log, whose
  // proofs show another root at `size`.
  std::string other;
  std::vector<std::string> signers;  // all peers known to have signed what `theirs` says
};

enum class LineFate {
  kCounted,       // it stands under its head
  kEarly,         // its head has still to come
  kKnown,         // there is one of this peer's that is as new
  kOld,           // right, but this node has no such head any more, or never had
  kMalformed,     // no signature line, or not the sender's
  kFuture,        // its time is more than 60 s ahead
  kUnknownKey,    // the policy of its head does not name the key
  kBadSignature,  // it does not verify
  kFork,          // over another log: see the evidence
};
const char* LineFateName(LineFate fate);  // "counted", …

class CheckpointBook {
 public:
  struct Options {
    std::string origin;           // of the ledger
    std::size_t heads_max = 256;  // own heads that are remembered
    std::size_t early_max = 64;   // sizes ahead of this node's log, for each peer
  };
  struct Change {
    LineFate fate = LineFate::kCounted;
    std::vector<ForkEvidence> forks;  // each (culprit, size) once, 256 in all
    // Heads after which another policy holds and that now carry their own policy's quorum: whoever
    // follows the ledger from an older policy needs their notes, for ever. Each once.
    std::vector<std::shared_ptr<const SignedHead>> policy_ends;
  };

  // `read` serves the hashes of this node's log; it, and `clock`, must outlive the book and be
  // thread-safe.
  CheckpointBook(Options options, const base::Clock& clock, const crypto::LogNodeReader& read);

  // This node's log has reached `head`, which is judged by `policy`. The lines are this node's own,
  // as far as it signed. Requires: head extends every head given before; CheckPolicy(policy).
  Change AddHead(const ledger::ChainHead& head, const crypto::Policy& policy,
                 std::optional<crypto::NoteSignature> log_line,
                 std::optional<crypto::NoteSignature> cosignature);
  // What `peer` sent (or this node signed anew). Each line is verified once.
  Change AddLine(const std::string& peer, const Cosigned& said);

  // The newest head with a quorum, with all lines known; null before the first. Never goes back.
  std::shared_ptr<const SignedHead> final_head() const;
  // The newest head. Null before the first.
  std::shared_ptr<const SignedHead> newest_head() const;
  Standing StandingOf(ledger::Height height) const;

 private:
  struct Line {
    crypto::NoteSignature signature;
    crypto::VerifiedSignature verified;
  };
  struct Head {
    ledger::ChainHead head;
    crypto::Checkpoint checkpoint;
    std::string text;
    std::shared_ptr<const crypto::Policy> policy;
    std::optional<Line> log_line;
    std::map<std::string, Line> cosignatures;  // by peer
    bool ends_policy = false;
    bool policy_end_told = false;
  };
  struct Early {
    Cosigned said;
    crypto::NoteSignature line;
    std::optional<crypto::VerifiedSignature> verified;
  };
  using EarlySizes = std::map<std::uint64_t, std::vector<Early>>;  // at most 2 roots each

  std::string TextOf(const Cosigned& said) const;
  LineFate Count(Head& head, const Early& early, Change& change);
  void LearnLogLine(Head& head, const std::string& log_line) const;
  LineFate CompareWithLog(const std::string& peer, const Early& early, Change& change);
  LineFate KeepEarly(const std::string& peer, Early early, Change& change);
  void TakeEarly(std::uint64_t size, Change& change);
  void Fork(const std::string& culprit, const Cosigned& said, std::string theirs, std::string other,
            Change& change);
  void Refresh(Head& head, Change& change);
  SignedHead Judge(const Head& head) const;
  std::string AnyNote() const;

  const Options options_;
  const base::Clock& clock_;
  const crypto::LogNodeReader& read_;

  mutable std::mutex mutex_;             // guards all below
  std::map<std::uint64_t, Head> heads_;  // by size
  std::map<std::string, EarlySizes> early_;
  std::shared_ptr<const SignedHead> final_;
  std::shared_ptr<const SignedHead> newest_;
  std::map<std::string, std::set<std::uint64_t>> forks_told_;  // sizes, by culprit
  std::map<std::pair<std::uint64_t, base::Digest>, std::set<std::string>> fork_signers_;
};

}  // namespace sogoc::peer
