#pragma once

// Prints checked stamps for people or as JSON lines, and counts them for the exit code.

#include <cstddef>
#include <map>
#include <string>

#include "proto/api.pb.h"

namespace sogoc::tools {

class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  // Prints one result on stdout. `brief`: one line, for lists.
  void Add(const v1::CheckedStamp& stamp, bool brief);
  // The count of each verdict, if there was more than one stamp. For people only.
  void Summarise() const;
  // 1 if anything speaks against a stamp, else 2 if one could not be checked, else 0 (decision 23).
  int exit_code() const;

 private:
  const bool json_;
  std::map<std::string, std::size_t> counts_;
  bool against_ = false;
  bool unchecked_ = false;
};

}  // namespace sogoc::tools
