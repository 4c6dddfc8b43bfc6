#include "tests/determinism/recording.h"

#include <fstream>

namespace sogoc::determinism {

base::Status WriteRecording(const std::string& path, const Recording& recording) {
  std::ofstream out(path);
  out << "found " << base::ToHex(recording.founding) << "\n";
  for (const RecordedBlock& block : recording.blocks) {
    out << "block " << block.time << "\n";
    for (const base::Bytes& entry : block.entries) out << "entry " << base::ToHex(entry) << "\n";
  }
  out.close();
  return out ? base::Ok() : base::Status(base::Unavailable("cannot write " + path));
}

base::Result<Recording> ReadRecording(const std::string& path) {
  std::ifstream in(path);
  if (!in) return base::Unavailable("cannot read " + path);
  Recording recording;
  std::string word;
  std::string value;
  while (in >> word >> value) {
    if (word == "block") {
      recording.blocks.push_back({std::stoull(value), {}});
      continue;
    }
    auto bytes = base::FromHex(value);
    const bool in_place = word == "found" || (word == "entry" && !recording.blocks.empty());
    if (!bytes || !in_place) return base::Corrupt(path + " is not a recording");
    (word == "found" ? recording.founding : recording.blocks.back().entries.emplace_back()) =
        std::move(*bytes);
  }
  if (recording.founding.empty()) return base::Corrupt(path + " is not a recording");
  return recording;
}

}  // namespace sogoc::determinism
