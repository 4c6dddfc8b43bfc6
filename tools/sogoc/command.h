#pragma once

// A command of the program as data, so that only one file knows the library that reads command
// lines, and a test can walk all of them.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "node/base/result.h"

namespace sogoc::tools {

class Session;

// The program's exit code.
enum class Exit {
  kDone = 0,
  kRefused = 1,  // the ledger refused an entry
  kFailed = 2,   // wrong usage, no network, no file: nothing was decided
};

enum class FlagKind { kValue, kList, kSwitch, kPositional, kPositionalList };

struct Flag {
  std::string name;  // "production-date", without dashes
  FlagKind kind = FlagKind::kValue;
  std::string placeholder;  // "YYYY-MM-DD"
  std::string help;
  bool required = false;
};

// What stands on a command line, by flag.
class FlagValues {
 public:
  void Add(const std::string& name, std::vector<std::string> values) {
    values_[name] = std::move(values);
  }
  bool Has(const std::string& name) const { return values_.contains(name); }
  // The only value; empty if the flag was not given.
  std::string Get(const std::string& name) const {
    const auto& all = All(name);
    return all.empty() ? "" : all.front();
  }
  const std::vector<std::string>& All(const std::string& name) const {
    static const std::vector<std::string> kNone;
    const auto it = values_.find(name);
    return it == values_.end() ? kNone : it->second;
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

struct Command {
  std::string path;  // "batch register"
  std::string help;
  std::string examples;  // one to a line
  std::vector<Flag> flags;
  std::function<base::Result<Exit>(Session&, const FlagValues&)> run;
};

}  // namespace sogoc::tools
