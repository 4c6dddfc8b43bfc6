#include "tools/sogoc/options.h"

#include <toml++/toml.h>

#include <array>
#include <cstdlib>
#include <sstream>

#include "tools/sogoc/json.h"

namespace sogoc::tools {
namespace {

namespace fs = std::filesystem;

struct ProfileKey {
  const char* name;
  std::string Options::*member;
  bool is_path;
};
constexpr std::array<ProfileKey, 6> kProfileKeys{
    {{"node", &Options::node, false},
     {"ca", &Options::ca, true},
     {"author", &Options::author, false},
     {"key", &Options::key, true},
     {"passphrase_file", &Options::passphrase_file, true},
     {"ledger_id", &Options::ledger_id, false}}};

constexpr std::size_t kProfileBytesMax = 65'536;

base::Status FillFrom(const toml::table& table, const fs::path& path, Options& options) {
  for (const auto& [key, value] : table) {
    const std::string_view name = key.str();
    const auto* row = std::find_if(kProfileKeys.begin(), kProfileKeys.end(),
                                   [&](const ProfileKey& each) { return each.name == name; });
    const auto text = value.value<std::string>();
    if (row == kProfileKeys.end() || !text) {
      return base::InvalidArgument(
          path.string() + ": " + std::string(name) +
          (row == kProfileKeys.end() ? " is not known there" : " must be a text"));
    }
    std::string& option = options.*(row->member);
    if (!option.empty()) continue;
    option = row->is_path ? (path.parent_path() / *text).string() : *text;
  }
  return base::Ok();
}

base::Status ReadProfile(const fs::path& path, Options& options) {
  TRY(const std::string text, ReadFile(path.string(), kProfileBytesMax));
  try {
    return FillFrom(toml::parse(text), path, options);
  } catch (const toml::parse_error& error) {
    std::ostringstream message;
    message << path.string() << ": " << error;
    return base::InvalidArgument(message.str());
  }
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::vector<fs::path> DefaultProfiles() {
  std::vector<fs::path> paths{"sogoc.toml"};
  const std::string config = Environment("XDG_CONFIG_HOME");
  const std::string home = Environment("HOME");
  if (!config.empty()) {
    paths.push_back(fs::path(config) / "sogoc" / "sogoc.toml");
  } else if (!home.empty()) {
    paths.push_back(fs::path(home) / ".config" / "sogoc" / "sogoc.toml");
  }
  return paths;
}

base::Status CompleteOptions(Options& options) {
  if (options.node.empty()) options.node = Environment("SOGOC_NODE");
  if (!options.profile.empty()) {
    TRY_STATUS(ReadProfile(options.profile, options));
  } else {
    for (const fs::path& path : DefaultProfiles()) {
      std::error_code error;
      if (!fs::is_regular_file(path, error)) continue;
      TRY_STATUS(ReadProfile(path, options));
      break;
    }
  }
  if (options.node.empty()) options.node = kDefaultNode;
  return base::Ok();
}

}  // namespace sogoc::tools
