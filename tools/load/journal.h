#pragma once

// What was promised, for whoever compares it with the logs afterwards: a line for each
// acknowledgement, repeated ones too. ID INDEX HEIGHT HEADER_HASH NODE final|committed

#include <memory>
#include <string>

#include "node/base/result.h"
#include "proto/api.pb.h"

namespace sogoc::load {

// Thread-safe.
class Journal {
 public:
  virtual ~Journal() = default;
  // Lines for the committed entries of an answer. They are in the file on return.
  virtual base::Status Record(const v1::SubmitResponse& response, const std::string& node) = 0;
};

std::unique_ptr<Journal> MakeNoJournal();
// Appends to `path`. kInvalidArgument: it cannot be opened.
base::Result<std::unique_ptr<Journal>> OpenJournal(const std::string& path);

}  // namespace sogoc::load
