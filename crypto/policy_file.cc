#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "crypto/policy.h"

namespace sogoc::crypto {
namespace {

using base::Result;
using base::Status;

constexpr std::string_view kGroup = "peers";
constexpr std::size_t kPolicySizeMax = 65'536;

std::vector<std::string> Fields(std::string_view line) {
  std::vector<std::string> fields;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return fields;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    fields.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// Reads a policy line by line: names are defined before they are used.
class Reader {
 public:
  // False if the line says nothing that fits here.
  bool Take(const std::vector<std::string>& fields) {
    const std::string& word = fields[0];
    if (word == "log") return TakeLog(fields);
    if (word == "witness") return TakeWitness(fields);
    if (word == "group") return TakeGroup(fields);
    if (word == "quorum") return TakeQuorum(fields);
    return false;
  }

  Result<Policy> Finish() && {
    if (!has_quorum_) return base::InvalidArgument("the policy has no quorum line");
    TRY_STATUS(CheckPolicy(policy_));
    return std::move(policy_);
  }

 private:
  bool TakeLog(const std::vector<std::string>& fields) {
    if (fields.size() != 2 && fields.size() != 3) return false;
    const std::optional<NoteKey> key = ParseNoteKey(fields[1]);
    if (key) policy_.logs.push_back(*key);
    return key.has_value();
  }

  bool TakeWitness(const std::vector<std::string>& fields) {
    if (fields.size() != 3 && fields.size() != 4) return false;
    const std::optional<NoteKey> key = ParseNoteKey(fields[2]);
    return key && fields[1] != "none" && fields[1] != group_ &&
           witnesses_.emplace(fields[1], *key).second;
  }

  bool TakeGroup(const std::vector<std::string>& fields) {
    if (fields.size() < 4 || !group_.empty()) return false;
    group_ = fields[1];
    if (group_ == "none" || witnesses_.contains(group_)) return false;
    for (std::size_t i = 3; i < fields.size(); ++i) {
      const auto witness = witnesses_.find(fields[i]);
      if (witness == witnesses_.end()) return false;
      policy_.cosigners.push_back(witness->second);
    }
    return TakeThreshold(fields[2]);
  }

  bool TakeThreshold(std::string_view text) {
    if (text == "any" || text == "all") {
      policy_.quorum = text == "any" ? 1 : policy_.cosigners.size();
      return true;
    }
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), policy_.quorum);
    return error == std::errc() && end == text.data() + text.size();
  }

  bool TakeQuorum(const std::vector<std::string>& fields) {
    if (fields.size() != 2 || has_quorum_ || group_.empty()) return false;
    has_quorum_ = fields[1] == group_;
    return has_quorum_;
  }

  Policy policy_;
  std::map<std::string, NoteKey> witnesses_;
  std::string group_;
  bool has_quorum_ = false;
};

}  // namespace

std::string FormatPolicy(const Policy& policy) {
  std::string out;
  for (const NoteKey& key : policy.logs) out += "log " + FormatNoteKey(key) + "\n";
  std::string members;
  for (std::size_t i = 0; i < policy.cosigners.size(); ++i) {
    const std::string name = "peer" + std::to_string(i + 1);
    out += "witness " + name + " " + FormatNoteKey(policy.cosigners[i]) + "\n";
    members += " " + name;
  }
  const std::string group(kGroup);
  return out + "group " + group + " " + std::to_string(policy.quorum) + members + "\nquorum " +
         group + "\n";
}

Result<Policy> ParsePolicy(std::string_view text) {
  if (text.size() > kPolicySizeMax) return base::InvalidArgument("the policy is too large");
  Reader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::vector<std::string> fields = Fields(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (fields.empty() || fields[0].starts_with('#')) continue;
    if (!reader.Take(fields)) {
      return base::InvalidArgument("line " + std::to_string(number) +
                                   " of the policy is malformed or of a kind not supported");
    }
  }
  return std::move(reader).Finish();
}

}  // namespace sogoc::crypto
