// Signed notes, checkpoints, vkeys and policy files: whatever parses is formatted to the same
// bytes, and no judgement contradicts the policy.

#include <cstdlib>

#include "crypto/policy.h"

namespace {

using namespace sogoc;  // NOLINT: a program of one file

constexpr std::string_view kPolicy =
    "log ledger.example/ocop-test+ee5b5a6f+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"
    "witness a peer1.example/witness+48df56b5+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X\n"
    "witness b peer2.example/witness+e9b36738+BCVDuS/xCVURR2rcg2nbbdyTNmWhGXjdoUBO4QZsqVWd\n"
    "witness c peer3.example/witness+dbeb16af+BBdFU7RW3d/GkI7KscEB/mqyHiuqBhd5W31DpjSCmT/V\n"
    "group g 2 a b c\n"
    "quorum g\n";
constexpr std::uint64_t kNow_s = 1'763'700'000;

void Expect(bool condition) {
  if (!condition) std::abort();
}

void TryNote(std::string_view text) {
  const auto note = crypto::ParseNote(text);
  if (note) Expect(crypto::FormatNote(*note) == text);
  const auto line = crypto::ParseNoteSignature(text);
  if (line) Expect(crypto::FormatNoteSignature(*line) == text);
}

void TryCheckpoint(std::string_view text) {
  const auto checkpoint = crypto::ParseCheckpoint(text);
  if (checkpoint) Expect(crypto::FormatCheckpoint(*checkpoint) == text);

  static const crypto::Policy policy = crypto::ParsePolicy(kPolicy).value();
  const auto verdict = crypto::JudgeCheckpoint(text, policy, kNow_s);
  if (!verdict) return;
  Expect(text.starts_with(crypto::FormatCheckpoint(verdict->checkpoint) + "\n"));
  Expect(verdict->has_quorum == (verdict->log_signed && verdict->cosignatures.size() >= 2));
  Expect(verdict->quorum_time_s <= kNow_s + crypto::kTimeAheadMax_s);
}

void TryPolicy(std::string_view text) {
  const auto key = crypto::ParseNoteKey(text);
  if (key) Expect(crypto::FormatNoteKey(*key) == text);
  const auto policy = crypto::ParsePolicy(text);
  if (!policy) return;
  const std::string formatted = crypto::FormatPolicy(*policy);
  Expect(crypto::ParsePolicy(formatted).value() == *policy);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::AsText({data, size});
  TryNote(text);
  TryCheckpoint(text);
  TryPolicy(text);
  return 0;
}
