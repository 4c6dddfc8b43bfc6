#include "tests/support/paths.h"

namespace sogoc::support {

std::filesystem::path SourceDir() { return SOGOC_SOURCE_DIR; }
std::filesystem::path BinDir() { return SOGOC_BIN_DIR; }

}  // namespace sogoc::support
