#include "node/app/evidence.h"

#include <spdlog/spdlog.h>

#include "node/storage/files.h"

namespace sogoc::app {
namespace {

const std::string kFork = "fork-";
const std::string kValidator = "validator-";

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
  Write(kFork + std::to_string(fork.size) + "-" + FileName(fork.culprit), text);
}

void EvidenceFolder::Record(const cometbft::ValidatorMisbehavior& misbehavior) const {
  spdlog::error("MISBEHAVIOR: validator {}: {} at engine height {}", misbehavior.peer,
                misbehavior.kind, misbehavior.engine_height);
  const std::string height = std::to_string(misbehavior.engine_height);
  Write(kValidator + height + "-" + FileName(misbehavior.peer),
        "peer: " + misbehavior.peer + "\nkind: " + misbehavior.kind + "\nengine height: " + height +
            "\nThe signed votes are in the engine's block that names them (evidence).\n");
}

EvidenceCount EvidenceFolder::Count() const {
  EvidenceCount count;
  std::error_code error;
  for (std::filesystem::directory_iterator it(path_, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(kFork)) ++count.forks;
    if (name.starts_with(kValidator)) ++count.validators;
  }
  return count;
}

void EvidenceFolder::Write(const std::string& name, const std::string& text) const {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  const std::filesystem::path file = path_ / (name + ".txt");
  if (std::filesystem::exists(file, error)) return;
  const base::Status written =
      storage::WriteFileDurably(storage::SystemFiles(), file.string(), base::AsBytes(text));
  if (!written) spdlog::error("{} could not be written; it says: {}", file.string(), text);
}

}  // namespace sogoc::app
