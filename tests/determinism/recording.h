#pragma once

// Blocks of signed entries as they came in, to be executed again elsewhere. A text file: the line
// "found HEX" with the founding entry, then for each block "block TIME_NS" and its "entry HEX".

#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/base/time.h"

namespace sogoc::determinism {

struct RecordedBlock {
  base::TimeNs time = 0;
  std::vector<base::Bytes> entries;
};
struct Recording {
  base::Bytes founding;
  std::vector<RecordedBlock> blocks;
};

//   kUnavailable  the file cannot be written / read
//   kCorrupt      it is not a recording
base::Status WriteRecording(const std::string& path, const Recording& recording);
base::Result<Recording> ReadRecording(const std::string& path);

}  // namespace sogoc::determinism
