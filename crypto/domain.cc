#include "crypto/domain.h"

#include <cstdlib>
#include <string_view>

namespace sogoc::crypto {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kEntryPrefix = "sogoc/entry/v1\0"sv;
constexpr std::string_view kPossessionPrefix = "sogoc/possession/v1\0"sv;
constexpr std::string_view kStampPrefix = "sogoc/stamp/v1\0"sv;

}  // namespace

base::ByteView DomainPrefix(SignatureKind kind) {
  switch (kind) {
    case SignatureKind::kEntry:
      return base::AsBytes(kEntryPrefix);
    case SignatureKind::kPossession:
      return base::AsBytes(kPossessionPrefix);
    case SignatureKind::kStamp:
      return base::AsBytes(kStampPrefix);
  }
  std::abort();
}

}  // namespace sogoc::crypto
