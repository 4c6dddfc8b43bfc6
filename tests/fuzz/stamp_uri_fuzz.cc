// Whatever a QR code says: the parsers answer, and what they accept they format to something that
// they read as the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/ledger/stamp.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sogoc::ledger;
  const std::string_view uri = sogoc::base::AsText({data, size});

  const auto link = ParseDigitalLink(uri);
  if (link) {
    const std::string formatted = FormatDigitalLink(*link);
    if (formatted.size() <= kDigitalLinkBytesMax) {
      const auto again = ParseDigitalLink(formatted);
      Require(again && *again == *link);
    }
  }

  const auto parsed = ParseStampUri(uri);
  if (parsed) {
    Require(link.has_value());
    const auto formatted = FormatStampUri(parsed->stamp);
    Require(formatted.has_value());
    const auto again = ParseStampUri(*formatted);
    Require(again && again->stamp == parsed->stamp);
  }
  return 0;
}
