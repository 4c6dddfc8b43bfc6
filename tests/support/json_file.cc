#include "tests/support/json_file.h"

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/support/paths.h"

namespace sogoc::support {

boost::json::value ReadJsonFile(const std::string& path) {
  std::ifstream file(SourceDir() / path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error) {
    std::cerr << path << ": " << error.message() << "\n";
    std::abort();
  }
  return value;
}

}  // namespace sogoc::support
