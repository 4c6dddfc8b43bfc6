#pragma once

// GS1 Digital Link URIs (URI syntax 1.6.0, uncompressed) whose primary key is a GTIN, AI 01. Pure,
// thread-safe.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "node/base/result.h"
#include "node/ledger/gs1.h"

namespace sogoc::ledger {

inline constexpr std::size_t kDigitalLinkBytesMax = 2'000;

// What the query of a link says about dates. Nobody signed it.
struct DateClaims {
  std::optional<Gs1Date> production;  // AI 11
  std::optional<Gs1Date> expiry;      // AI 17

  bool operator==(const DateClaims&) const = default;
};

// A text is empty where the link does not carry it: no value of a link is empty.
struct DigitalLink {
  std::string host;         // lower case, with the port if there is one
  std::string stem;         // the path before "/01/", as written; empty or begins with '/'
  std::string gtin;         // 14 digits, check digit right
  std::string variant;      // AI 22, consumer product variant
  std::string lot;          // AI 10
  std::string serial;       // AI 21
  std::string third_party;  // AI 235; excludes AI 22 and 21 and moves AI 10 to the query
  DateClaims claims;
  std::string signature;  // the parameter `s`, decoded and not judged

  bool operator==(const DigitalLink&) const = default;
};

// Reads a link strictly: scheme all lower or all upper case, no trailing slash, no zero-suppressed
// GTIN, qualifiers in order, every AI at most once and in its place, every percent sign followed by
// two hexadecimal digits and never %00, no "." or ".." in the path, `s` at most once. A `+` is
// itself in the path and a space in the query. The rightmost "/01/" counts. Ignored: the fragment,
// other named parameters, and the values of attributes other than those above (CheckAttribute
// judges their form).
//   kInvalidArgument  anything else; the message is short English for logs
base::Result<DigitalLink> ParseDigitalLink(std::string_view uri);

enum class UriCase {
  kLower,  // https://host
  kUpper   // HTTPS://HOST, for the alphanumeric mode of QR codes
};

// The uncompressed link in canonical form: every character that is not unreserved (RFC 3986, 2.3)
// is percent-encoded in upper-case hexadecimal. ParseDigitalLink of it gives `link` again, unless a
// long stem makes it longer than kDigitalLinkBytesMax. Requires: the fields are what
// ParseDigitalLink can return.
std::string FormatDigitalLink(const DigitalLink& link, UriCase uri_case = UriCase::kLower);

// True if `text` can be the host of a link: letters, digits, `-`, `.`, `:`, `[`, `]`, at most 253
// characters.
bool IsDigitalLinkHost(std::string_view text);

}  // namespace sogoc::ledger
