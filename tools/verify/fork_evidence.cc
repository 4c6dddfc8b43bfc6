#include "tools/verify/fork_evidence.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sogoc::tools {
namespace {

std::string NameOf(const ServedCheckpoint& served) {
  const crypto::Checkpoint& checkpoint = served.checkpoint.verdict.checkpoint;
  return "fork-" + std::to_string(checkpoint.size) + "-" +
         base::ToHex(checkpoint.root).substr(0, 16);
}

std::string Describe(const ServedCheckpoint& served) {
  std::string text = served.url + " served " + NameOf(served) + ".note, signed by:\n";
  for (const std::string& signer : served.checkpoint.signers) text += "  " + signer + "\n";
  text += served.checkpoint.verdict.has_quorum ? "  (a quorum)\n" : "  (no quorum)\n";
  return text + "\n" + served.checkpoint.note + "\n";
}

std::string Explain(const Fork& fork) {
  std::string text = "No one log has both of these checkpoints.\n\n" + Describe(fork.first) +
                     Describe(fork.second) + "Signed both:\n";
  const auto both = SignersOfBoth(fork);
  for (const std::string& signer : both) text += "  " + signer + "\n";
  if (both.empty()) text += "  nobody\n";
  if (!fork.proof.empty()) {
    text +=
        "\nThis consistency proof (RFC 6962) leads to the second root from another root at the "
        "first size:\n" +
        fork.proof + "\n";
  }
  return text;
}

base::Status Write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return base::PermissionDenied("cannot write " + path.string());
  return base::Ok();
}

}  // namespace

std::vector<std::string> SignersOfBoth(const Fork& fork) {
  std::vector<std::string> both;
  for (const std::string& signer : fork.first.checkpoint.signers) {
    if (std::ranges::count(fork.second.checkpoint.signers, signer) > 0) both.push_back(signer);
  }
  return both;
}

base::Result<std::vector<std::string>> WriteForkEvidence(const Fork& fork,
                                                         const std::string& directory) {
  const std::filesystem::path folder(directory);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return base::PermissionDenied("cannot make " + directory + ": " + error.message());
  const auto first = folder / (NameOf(fork.first) + ".note");
  const auto second = folder / (NameOf(fork.second) + ".note");
  const auto both = folder / (NameOf(fork.first) + "-and-" + NameOf(fork.second) + ".txt");
  TRY_STATUS(Write(first, fork.first.checkpoint.note));
  TRY_STATUS(Write(second, fork.second.checkpoint.note));
  TRY_STATUS(Write(both, Explain(fork)));
  return std::vector<std::string>{first.string(), second.string(), both.string()};
}

}  // namespace sogoc::tools
