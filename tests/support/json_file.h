#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace sogoc::support {

// The JSON file `path` below the repository's root. Aborts the test program with a message if it
// cannot be read or parsed.
boost::json::value ReadJsonFile(const std::string& path);

}  // namespace sogoc::support
