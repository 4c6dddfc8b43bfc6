#pragma once

// Files that only their owner may read. Every error names the path.

#include <filesystem>
#include <string_view>

#include "crypto/secret.h"

namespace sogoc::crypto {

inline constexpr std::size_t kPrivateFileSizeMax = 65'536;  // bytes

// Makes a new file with mode 0600. On success the file and its name are durable (fsync of the file
// and of its folder); on failure there is no such file. Never overwrites.
//   kFailedPrecondition  the path exists already
//   kUnavailable         the system refused: no folder, no space, no permission
base::Status CreatePrivateFile(const std::filesystem::path& path, std::string_view content);

// The content of a regular file.
//   kNotFound          there is no such file
//   kPermissionDenied  group or others have any right to it (the message says `chmod 600 PATH`), or
//                      we have none
//   kCorrupt           not a regular file, larger than kPrivateFileSizeMax, or unreadable
base::Result<SecretString> ReadPrivateFile(const std::filesystem::path& path);

}  // namespace sogoc::crypto
