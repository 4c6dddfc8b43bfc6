#pragma once

// Where a test finds the files it needs. Functions, not compile definitions: only paths.cc knows
// the folders, so a clone elsewhere shares every other object in the compiler cache.

#include <filesystem>

namespace sogoc::support {

// The root of the repository.
std::filesystem::path SourceDir();
// The folder of the built programs (sogoc-node, sogoc, sogoc-verify).
std::filesystem::path BinDir();

}  // namespace sogoc::support
