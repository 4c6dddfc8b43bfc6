#pragma once

// Where a program gets a passphrase from.

#include <filesystem>
#include <string>

#include "crypto/secret.h"

namespace sogoc::crypto {

inline constexpr std::size_t kPassphraseSizeMax = 1'023;  // bytes

// The one line of a file with mode 0600, without its line end. Errors as in ReadPrivateFile
// (crypto/private_file.h), and
//   kInvalidArgument  it is empty, longer than kPassphraseSizeMax, or more than one line
base::Result<SecretString> ReadPassphraseFile(const std::filesystem::path& path);

// Asks at the terminal (/dev/tty), without echo. Not thread-safe: it holds the terminal's settings.
//   kFailedPrecondition  this process has no terminal
//   kInvalidArgument     nothing was typed, or Ctrl-C, or too much
base::Result<SecretString> PromptPassphrase(const std::string& prompt);

}  // namespace sogoc::crypto
