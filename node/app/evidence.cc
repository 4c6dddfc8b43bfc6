#include "node/app/evidence.h"

#include <spdlog/spdlog.h>

#include "node/storage/files.h"

namespace sogoc::app {
namespace {

const std::string kFork = "fork-";
const std::string kValidator = "validator-";
constexpr std::size_t kFilesMax = 64;  // of one kind against one peer; what comes later is logged

// A name of a peer as part of a file's name.
std::string FileName(std::string text) {
  for (char& c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return text.substr(0, 100);
}

}  // namespace

void EvidenceFolder::Record(const peer::ForkEvidence& fork) const {
  spdlog::error("FORK: {} signed another log of {} leaves; the notes are in {}", fork.culprit,
                fork.size, path_.string());
  std::string text = fork.culprit + " signed this checkpoint:\n\n" + fork.theirs +
                     "\nIt contradicts this one:\n\n" + fork.other +
                     "\nPeers known to have signed the first:\n";
  for (const std::string& signer : fork.signers) text += signer + "\n";
  Write(kFork, fork.size, fork.culprit, text);
}

void EvidenceFolder::Record(const cometbft::ValidatorMisbehavior& misbehavior) const {
  spdlog::error("MISBEHAVIOR: validator {}: {} at engine height {}", misbehavior.peer,
                misbehavior.kind, misbehavior.engine_height);
  const std::string height = std::to_string(misbehavior.engine_height);
  Write(kValidator, misbehavior.engine_height, misbehavior.peer,
        "peer: " + misbehavior.peer + "\nkind: " + misbehavior.kind + "\nengine height: " + height +
            "\nThe signed votes are in the engine's block that names them (evidence).\n");
}

EvidenceCount EvidenceFolder::Count() const {
  EvidenceCount count;
  ForEachName([&](const std::string& name) {
    if (name.starts_with(kFork)) ++count.forks;
    if (name.starts_with(kValidator)) ++count.validators;
  });
  return count;
}

void EvidenceFolder::Write(const std::string& kind, std::uint64_t at, const std::string& culprit,
                           const std::string& text) const {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  const std::string ending = "-" + FileName(culprit) + ".txt";
  std::size_t kept = 0;
  ForEachName([&](const std::string& name) {
    if (name.starts_with(kind) && name.ends_with(ending)) ++kept;
  });
  const std::filesystem::path file = path_ / (kind + std::to_string(at) + ending);
  if (kept >= kFilesMax || std::filesystem::exists(file, error)) return;
  const base::Status written =
      storage::WriteFileDurably(storage::SystemFiles(), file.string(), base::AsBytes(text));
  if (!written) spdlog::error("{} could not be written; it says: {}", file.string(), text);
}

void EvidenceFolder::ForEachName(const std::function<void(const std::string&)>& use) const {
  std::error_code error;
  for (std::filesystem::directory_iterator it(path_, error), end; !error && it != end;
       it.increment(error)) {
    use(it->path().filename().string());
  }
}

}  // namespace sogoc::app
