#pragma once

// What every command can be told, and where it comes from when the command line does not say.

#include <filesystem>
#include <optional>
#include <string>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::tools {

inline constexpr const char* kDefaultNode = "http://127.0.0.1:8080";
inline constexpr std::uint64_t kDefaultValidSeconds = 3'600;

struct Options {
  std::string profile;          // file; empty: the first of DefaultProfiles that exists
  std::string node;             // URL of a gateway
  std::string ca;               // PEM file of the certificates to trust; empty: the system's
  std::string author;           // organisation id
  std::string key;              // key file
  std::string passphrase_file;  // empty: ask at the terminal
  std::string ledger_id;        // 64 hexadecimal digits; empty: what the node says
  std::string valid_for;        // duration; empty: an hour
  std::string out;              // write the signed entry there instead of sending it
  bool json = false;
  bool dry_run = false;
};

// ./sogoc.toml, then sogoc/sogoc.toml in $XDG_CONFIG_HOME or ~/.config.
std::vector<std::filesystem::path> DefaultProfiles();

// Fills what the command line left empty: the node from $SOGOC_NODE, then everything from the
// profile (TOML: node, ca, author, key, passphrase_file, ledger_id; paths are relative to its
// folder), then the node's default.
//   kInvalidArgument  the profile is no TOML, or has a key of another name or type
//   kNotFound         the profile that was named cannot be read
base::Status CompleteOptions(Options& options);

}  // namespace sogoc::tools
