#include "crypto/passphrase.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ui.h>
#include <unistd.h>

#include <array>

#include "crypto/private_file.h"

namespace sogoc::crypto {
namespace {

using base::Result;

bool HasTerminal() {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0) return false;
  close(terminal);
  return true;
}

}  // namespace

Result<SecretString> ReadPassphraseFile(const std::filesystem::path& path) {
  TRY(const SecretString content, ReadPrivateFile(path));
  std::string_view line = content.view();
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) return base::InvalidArgument(path.string() + " holds no passphrase");
  if (line.size() > kPassphraseSizeMax || line.find('\n') != std::string_view::npos) {
    return base::InvalidArgument(path.string() + " must hold one line, the passphrase");
  }
  return SecretString(line);
}

Result<SecretString> PromptPassphrase(const std::string& prompt) {
  // Without a terminal, OpenSSL would read from the standard input instead.
  if (!HasTerminal()) {
    return base::FailedPrecondition("there is no terminal to ask for a passphrase: name a file");
  }
  std::array<char, kPassphraseSizeMax + 1> typed{};
  const int result = UI_UTIL_read_pw_string(typed.data(), static_cast<int>(typed.size()),
                                            prompt.c_str(), /*verify=*/0);
  SecretString passphrase{std::string_view(typed.data())};
  Clear(std::span<char>(typed));
  ERR_clear_error();
  if (result != 0 || passphrase.empty()) return base::InvalidArgument("no passphrase was given");
  return passphrase;
}

}  // namespace sogoc::crypto
