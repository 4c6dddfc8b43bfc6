#include "node/peer/checkpoint_book.h"

#include <algorithm>
#include <utility>

namespace sogoc::peer {
namespace {

using crypto::Note;
using crypto::NoteKey;
using crypto::NoteKeyType;
using crypto::NoteSignature;
using crypto::Policy;
using crypto::VerifiedSignature;

constexpr std::size_t kForksMax = 32;  // of one peer: one is enough
constexpr std::size_t kTimeBytes = 8;

// Which of `keys` may have made this line.
const NoteKey* FindKey(const std::vector<NoteKey>& keys, const NoteSignature& line) {
  const auto key = std::ranges::find_if(keys, [&line](const NoteKey& candidate) {
    return candidate.name == line.name && crypto::IdOf(candidate) == line.key_id;
  });
  return key == keys.end() ? nullptr : &*key;
}

std::optional<VerifiedSignature> VerifyLine(const std::string& text, const NoteSignature& line,
                                            const NoteKey& key) {
  const auto verified = crypto::VerifyNote(Note{text, {line}}, std::span(&key, 1));
  if (!verified) return std::nullopt;
  return verified->front();
}

// The time in a cosignature that has still to be verified.
std::uint64_t TimeOf(const NoteSignature& line) {
  return line.signature.size() < kTimeBytes ? 0 : base::ReadU64(line.signature);
}

}  // namespace

const char* LineFateName(LineFate fate) {
  switch (fate) {
    case LineFate::kCounted:
      return "counted";
    case LineFate::kEarly:
      return "early";
    case LineFate::kKnown:
      return "known";
    case LineFate::kOld:
      return "old";
    case LineFate::kMalformed:
      return "malformed";
    case LineFate::kFuture:
      return "future";
    case LineFate::kUnknownKey:
      return "unknown_key";
    case LineFate::kBadSignature:
      return "bad_signature";
    case LineFate::kFork:
      return "fork";
  }
  return "";
}

CheckpointBook::CheckpointBook(Options options, const base::Clock& clock,
                               const crypto::LogNodeReader& read)
    : options_(std::move(options)), clock_(clock), read_(read) {}

CheckpointBook::Change CheckpointBook::AddHead(const ledger::ChainHead& head, const Policy& policy,
                                               std::optional<NoteSignature> log_line,
                                               std::optional<NoteSignature> cosignature) {
  const std::lock_guard lock(mutex_);
  Change change;
  Head added;
  added.head = head;
  added.checkpoint = {options_.origin, head.log.size(), head.log.Root()};
  added.text = crypto::FormatCheckpoint(added.checkpoint);
  if (!heads_.empty()) {
    Head& before = heads_.rbegin()->second;
    if (*before.policy == policy) {
      added.policy = before.policy;
    } else {
      before.ends_policy = true;
      Refresh(before, change);
    }
  }
  if (!added.policy) added.policy = std::make_shared<const Policy>(policy);
  if (log_line) {
    if (const NoteKey* key = FindKey(policy.logs, *log_line)) added.log_line = {*log_line, {*key}};
  }
  if (cosignature) {
    if (const NoteKey* key = FindKey(policy.cosigners, *cosignature)) {
      added.cosignatures[key->name] = {*cosignature, {*key, TimeOf(*cosignature)}};
    }
  }
  const std::uint64_t size = head.log.size();
  Head& stored = heads_.insert_or_assign(size, std::move(added)).first->second;
  if (heads_.size() > options_.heads_max) heads_.erase(heads_.begin());
  Refresh(stored, change);
  TakeEarly(size, change);
  return change;
}

CheckpointBook::Change CheckpointBook::AddLine(const std::string& peer, const Cosigned& said) {
  Change change;
  auto line = crypto::ParseNoteSignature(said.line);
  if (!line || line->name != peer || said.size == 0 || said.size >> 63 != 0) {
    change.fate = LineFate::kMalformed;
    return change;
  }
  const std::uint64_t now_s = clock_.Now() / base::kNsPerSecond;
  if (TimeOf(*line) > now_s + crypto::kTimeAheadMax_s) {
    change.fate = LineFate::kFuture;
    return change;
  }
  const std::lock_guard lock(mutex_);
  Early early{said, *std::move(line), std::nullopt};
  if (heads_.empty() || said.size > heads_.rbegin()->first) {
    change.fate = KeepEarly(peer, std::move(early), change);
  } else if (const auto head = heads_.find(said.size);
             head != heads_.end() && head->second.checkpoint.root == said.root) {
    change.fate = Count(head->second, early, change);
  } else {
    change.fate = CompareWithLog(peer, early, change);
  }
  return change;
}

std::string CheckpointBook::TextOf(const Cosigned& said) const {
  return crypto::FormatCheckpoint({options_.origin, said.size, said.root});
}

// The line is over this very head.
LineFate CheckpointBook::Count(Head& head, const Early& early, Change& change) {
  const NoteKey* key = FindKey(head.policy->cosigners, early.line);
  if (key == nullptr) return LineFate::kUnknownKey;
  const auto known = head.cosignatures.find(key->name);
  const bool is_newer =
      known == head.cosignatures.end() || known->second.verified.time_s < TimeOf(early.line);
  if (!is_newer && head.log_line) return LineFate::kKnown;
  const auto verified = early.verified && early.verified->key == *key
                            ? early.verified
                            : VerifyLine(head.text, early.line, *key);
  if (!verified) return LineFate::kBadSignature;
  LearnLogLine(head, early.said.log_line);
  if (is_newer) head.cosignatures[key->name] = {early.line, *verified};
  Refresh(head, change);
  return is_newer ? LineFate::kCounted : LineFate::kKnown;
}

// Any peer's line makes the note a whole one where this node has no log key, or skipped the head.
void CheckpointBook::LearnLogLine(Head& head, const std::string& log_line) const {
  if (head.log_line) return;
  const auto line = crypto::ParseNoteSignature(log_line);
  const NoteKey* key = line ? FindKey(head.policy->logs, *line) : nullptr;
  const auto verified = key != nullptr ? VerifyLine(head.text, *line, *key) : std::nullopt;
  if (verified) head.log_line = Line{*line, *verified};
}

// The line is over a size that this node's log has reached, but over none of the heads in the book.
LineFate CheckpointBook::CompareWithLog(const std::string& peer, const Early& early,
                                        Change& change) {
  const auto head = heads_.find(early.said.size);
  const bool is_head = head != heads_.end();
  if (!is_head && crypto::LogRoot(early.said.size, read_) == early.said.root) return LineFate::kOld;
  const Policy& policy = *heads_.lower_bound(early.said.size)->second.policy;
  const std::string text = TextOf(early.said);

  Note theirs{text, {}};
  std::string culprit;
  const auto log_line = crypto::ParseNoteSignature(early.said.log_line);
  const NoteKey* log_key = log_line ? FindKey(policy.logs, *log_line) : nullptr;
  if (log_key != nullptr && VerifyLine(text, *log_line, *log_key)) {
    theirs.signatures.push_back(*log_line);
    culprit = crypto::FormatNoteKey(*log_key);
  }
  const NoteKey* key = FindKey(policy.cosigners, early.line);
  if (key != nullptr && VerifyLine(text, early.line, *key)) {
    theirs.signatures.push_back(early.line);
    culprit = peer;
  }
  if (theirs.signatures.empty()) {
    return key == nullptr ? LineFate::kUnknownKey : LineFate::kBadSignature;
  }
  const std::string own = is_head ? Judge(head->second).note : std::string();
  Fork(culprit, early.said, crypto::FormatNote(theirs), own.empty() ? AnyNote() : own, change);
  return LineFate::kFork;
}

LineFate CheckpointBook::KeepEarly(const std::string& peer, Early early, Change& change) {
  // The policy may change before the head comes, so a key that is unknown now may be known then.
  if (!heads_.empty()) {
    const Policy& policy = *heads_.rbegin()->second.policy;
    if (const NoteKey* key = FindKey(policy.cosigners, early.line)) {
      early.verified = VerifyLine(TextOf(early.said), early.line, *key);
      if (!early.verified) return LineFate::kBadSignature;
    }
  }
  EarlySizes& sizes = early_[peer];
  std::vector<Early>& roots = sizes[early.said.size];
  const auto same = std::ranges::find_if(
      roots, [&early](const Early& other) { return other.said.root == early.said.root; });
  if (same != roots.end()) {
    if (TimeOf(same->line) >= TimeOf(early.line)) return LineFate::kKnown;
    *same = std::move(early);
    return LineFate::kEarly;
  }
  if (!roots.empty() && roots.front().verified && early.verified) {
    const Note other{TextOf(roots.front().said), {roots.front().line}};
    const Note theirs{TextOf(early.said), {early.line}};
    Fork(peer, early.said, crypto::FormatNote(theirs), crypto::FormatNote(other), change);
    return LineFate::kFork;
  }
  if (roots.size() < 2) roots.push_back(std::move(early));
  if (sizes.size() > options_.early_max) sizes.erase(sizes.begin());
  return LineFate::kEarly;
}

// This node's log has reached `size`.
void CheckpointBook::TakeEarly(std::uint64_t size, Change& change) {
  Head& head = heads_.at(size);
  for (auto& [peer, sizes] : early_) {
    const auto end = sizes.upper_bound(size);
    for (auto it = sizes.begin(); it != end; ++it) {
      for (const Early& early : it->second) {
        if (it->first == size && early.said.root == head.checkpoint.root) {
          Count(head, early, change);
        } else {
          CompareWithLog(peer, early, change);
        }
      }
    }
    sizes.erase(sizes.begin(), end);
  }
}

void CheckpointBook::Fork(const std::string& culprit, const Cosigned& said, std::string theirs,
                          std::string other, Change& change) {
  std::set<std::uint64_t>& told = forks_told_[culprit];
  if (told.size() >= kForksMax || !told.insert(said.size).second) return;
  std::set<std::string>& signers = fork_signers_[{said.size, said.root}];
  signers.insert(culprit);
  change.forks.push_back(
      {culprit, said.size, std::move(theirs), std::move(other), {signers.begin(), signers.end()}});
}

SignedHead CheckpointBook::Judge(const Head& head) const {
  SignedHead out;
  out.head = head.head;
  out.quorum_needed = head.policy->quorum;
  out.cosigners_known = head.policy->cosigners.size();
  Note note{head.text, {}};
  std::vector<VerifiedSignature> verified;
  const auto add = [&](const Line& line) {
    note.signatures.push_back(line.signature);
    verified.push_back(line.verified);
  };
  if (head.log_line) add(*head.log_line);
  for (const auto& [peer, line] : head.cosignatures) add(line);
  out.verdict = crypto::JudgeSignatures(head.checkpoint, verified, *head.policy,
                                        clock_.Now() / base::kNsPerSecond);
  if (!note.signatures.empty()) out.note = crypto::FormatNote(note);
  return out;
}

void CheckpointBook::Refresh(Head& head, Change& change) {
  const ledger::Height height = head.head.header.height;
  const bool is_newest = !newest_ || newest_->head.header.height <= height;
  const bool may_be_final = !final_ || final_->head.header.height <= height;
  const bool may_end_policy = head.ends_policy && !head.policy_end_told;
  if (!is_newest && !may_be_final && !may_end_policy) return;
  const auto judged = std::make_shared<const SignedHead>(Judge(head));
  if (is_newest) newest_ = judged;
  if (!judged->verdict.has_quorum) return;
  if (may_be_final) final_ = judged;
  if (may_end_policy) {
    head.policy_end_told = true;
    change.policy_ends.push_back(judged);
  }
}

// The best note over this node's log.
std::string CheckpointBook::AnyNote() const {
  return final_ ? final_->note : newest_ ? newest_->note : std::string();
}

std::shared_ptr<const SignedHead> CheckpointBook::final_head() const {
  const std::lock_guard lock(mutex_);
  return final_;
}

std::shared_ptr<const SignedHead> CheckpointBook::newest_head() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

Standing CheckpointBook::StandingOf(ledger::Height height) const {
  const std::lock_guard lock(mutex_);
  Standing standing;
  standing.final = final_ && final_->head.header.height >= height;
  std::set<std::string> signers;
  const Policy* policy = nullptr;
  for (auto it = heads_.rbegin(); it != heads_.rend(); ++it) {
    const Head& head = it->second;
    if (head.head.header.height < height) break;
    policy = head.policy.get();
    for (const auto& [peer, line] : head.cosignatures) signers.insert(peer);
    if (signers.size() >= policy->cosigners.size()) break;  // more cannot be found
  }
  if (policy == nullptr && !heads_.empty()) policy = heads_.rbegin()->second.policy.get();
  if (policy != nullptr) {
    standing.quorum_needed = policy->quorum;
    standing.cosigners_known = policy->cosigners.size();
  }
  standing.cosigned = std::min(signers.size(), standing.cosigners_known);
  return standing;
}

}  // namespace sogoc::peer
