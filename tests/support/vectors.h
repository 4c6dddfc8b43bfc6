#pragma once

// Reading values from the JSON files of tests/vectors.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <string>

#include "node/base/bytes.h"

namespace sogoc::support {

inline std::string Text(const boost::json::value& value) { return std::string(value.as_string()); }
inline base::Bytes Hex(const boost::json::value& value) {
  return base::FromHex(Text(value)).value();
}
// A number, or a number as text.
inline std::uint64_t Number(const boost::json::value& value) {
  return value.is_string() ? std::stoull(Text(value)) : value.to_number<std::uint64_t>();
}
// Fails the test unless the size fits.
template <class Array>
Array HexArray(const boost::json::value& value) {
  const base::Bytes bytes = Hex(value);
  Array array{};
  EXPECT_EQ(bytes.size(), array.size());
  std::copy_n(bytes.begin(), std::min(bytes.size(), array.size()), array.begin());
  return array;
}

}  // namespace sogoc::support
