#pragma once

// Where a test's server listens when its port has to stay the same from one start to the next.

#include <unistd.h>

#include <boost/asio/ip/address_v4.hpp>
#include <cstdint>
#include <string>

namespace sogoc::support {

// A loopback address of this process alone (Linux). Connections go out from 127.0.0.1, so no other
// process takes a port of it, not while nobody listens there either.
inline std::string OwnLoopback() {
  const auto process = static_cast<std::uint32_t>(::getpid());  // below 2^22
  return boost::asio::ip::make_address_v4(0x7f80'0000 + process).to_string();
}

}  // namespace sogoc::support
