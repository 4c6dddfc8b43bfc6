#include "node/ledger/digital_link.h"

#include <algorithm>
#include <vector>

#include "node/ledger/gs1_attributes.h"

namespace sogoc::ledger {
namespace {

using base::InvalidArgument;
using base::Result;
using base::Status;

constexpr std::size_t kHostCharactersMax = 253;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool IsOneOf(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool IsUnreserved(char c) { return IsLetter(c) || IsDigit(c) || IsOneOf(c, "-._~"); }
bool IsUriCharacter(char c) { return IsUnreserved(c) || IsOneOf(c, "%:/?#[]@!$&'()*+,;="); }
char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char ToUpper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string MapText(std::string text, char (*change)(char)) {
  std::transform(text.begin(), text.end(), text.begin(), change);
  return text;
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

enum class Plus { kItself, kSpace };

// Undoes percent-encoding. nullopt: a stray percent sign, or %00.
std::optional<std::string> Decode(std::string_view text, Plus plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' && plus == Plus::kSpace ? ' ' : text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

void AppendEncoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (char c : text) {
    if (IsUnreserved(c)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
}

// Cuts what is before `delimiter` off the front of `rest`, and the delimiter.
std::string_view TakeUntil(std::string_view& rest, char delimiter) {
  const std::size_t at = rest.find(delimiter);
  const std::string_view head = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return head;
}

struct UriParts {
  std::string_view host;
  std::string_view path;  // begins with '/'
  std::string_view query;
};

Result<UriParts> SplitUri(std::string_view uri) {
  if (uri.size() > kDigitalLinkBytesMax) return InvalidArgument("longer than 2000 bytes");
  if (!std::all_of(uri.begin(), uri.end(), IsUriCharacter)) {
    return InvalidArgument("a character that no URI has");
  }
  for (std::string_view scheme : {"https://", "HTTPS://", "http://", "HTTP://"}) {
    if (!uri.starts_with(scheme)) continue;
    std::string_view rest = uri.substr(scheme.size());
    const std::size_t slash = rest.find('/');
    UriParts parts;
    parts.host = rest.substr(0, slash);
    if (!IsDigitalLinkHost(parts.host)) return InvalidArgument("no proper host");
    if (slash == std::string_view::npos) return InvalidArgument("no path");
    rest.remove_prefix(slash);
    parts.query = TakeUntil(rest, '#');
    parts.path = TakeUntil(parts.query, '?');
    return parts;
  }
  return InvalidArgument("scheme is not http or https in one case");
}

struct PathElement {
  std::size_t offset;     // of its slash in the path
  std::string_view text;  // as written
  std::string value;      // decoded
};

Result<std::vector<PathElement>> SplitPath(std::string_view path) {
  std::vector<PathElement> elements;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t offset = path.size() - rest.size();
    rest.remove_prefix(1);
    const std::string_view text = rest.substr(0, rest.find('/'));
    std::optional<std::string> value = Decode(text, Plus::kItself);
    if (!value) return InvalidArgument("bad percent-encoding in the path");
    if (value == "." || value == "..") return InvalidArgument("a dot segment in the path");
    elements.push_back({offset, text, std::move(*value)});
    rest.remove_prefix(text.size());
  }
  if (elements.back().text.empty()) return InvalidArgument("trailing slash");
  return elements;
}

struct Qualifier {
  std::string_view ai;
  std::size_t characters_max;
  std::string DigitalLink::*field;
};

// In the order in which they follow the GTIN. AI 235 stands alone.
constexpr Qualifier kThirdParty = {"235", 28, &DigitalLink::third_party};
constexpr Qualifier kQualifiers[] = {
    {"22", 20, &DigitalLink::variant},
    {"10", 20, &DigitalLink::lot},
    {"21", 20, &DigitalLink::serial},
    kThirdParty,
};

const Qualifier* FindQualifier(std::string_view ai) {
  const auto found = std::find_if(std::begin(kQualifiers), std::end(kQualifiers),
                                  [&](const Qualifier& each) { return each.ai == ai; });
  return found == std::end(kQualifiers) ? nullptr : found;
}

Status SetQualifier(DigitalLink& link, const Qualifier& qualifier, std::string value) {
  if (value.empty() || value.size() > qualifier.characters_max || !IsCharacterSet82(value)) {
    return InvalidArgument("bad value of AI " + std::string(qualifier.ai));
  }
  link.*qualifier.field = std::move(value);
  return base::Ok();
}

// The index of the rightmost "01" that stands where an AI stands, counted from the end.
Result<std::size_t> FindPrimaryKey(const std::vector<PathElement>& elements) {
  for (std::size_t i = elements.size(); i >= 2;) {
    i -= 2;
    if (elements[i].text == "01") return i;
    if (FindQualifier(elements[i].text) == nullptr) {
      return InvalidArgument("the path holds something that is not a qualifier of AI 01");
    }
  }
  return InvalidArgument("no AI 01 in the path");
}

Status ReadPath(DigitalLink& link, std::string_view path) {
  TRY(std::vector<PathElement> elements, SplitPath(path));
  TRY(const std::size_t key, FindPrimaryKey(elements));
  link.stem = std::string(path.substr(0, elements[key].offset));
  link.gtin = std::move(elements[key + 1].value);
  if (!IsGtin14(link.gtin)) {
    return InvalidArgument("AI 01 is not 14 digits with a right check digit");
  }
  const Qualifier* last = nullptr;
  for (std::size_t i = key + 2; i < elements.size(); i += 2) {
    const Qualifier* qualifier = FindQualifier(elements[i].text);
    if (last != nullptr && (qualifier <= last || qualifier->ai == kThirdParty.ai)) {
      return InvalidArgument("qualifiers repeated or not in the order 22, 10, 21");
    }
    TRY_STATUS(SetQualifier(link, *qualifier, std::move(elements[i + 1].value)));
    last = qualifier;
  }
  return base::Ok();
}

Status ReadAttribute(DigitalLink& link, std::string_view ai, std::string value) {
  if (ai == "10" && !link.third_party.empty()) {
    return SetQualifier(link, *FindQualifier(ai), std::move(value));
  }
  const std::string name(ai.substr(0, 4));
  switch (CheckAttribute(ai, value)) {
    case AttributeCheck::kUnknown:
      return InvalidArgument("AI " + name + " is unknown or may not stand in the query");
    case AttributeCheck::kBadValue:
      return InvalidArgument("bad value of AI " + name);
    case AttributeCheck::kGood:
      break;
  }
  if (ai == "11") link.claims.production = ParseGs1Date(value);
  if (ai == "17") link.claims.expiry = ParseGs1Date(value);
  return base::Ok();
}

Status ReadQuery(DigitalLink& link, std::string_view query) {
  std::vector<std::string> seen;
  while (!query.empty()) {
    std::string_view raw_value = TakeUntil(query, '&');
    const bool has_value = raw_value.find('=') != std::string_view::npos;
    std::optional<std::string> name = Decode(TakeUntil(raw_value, '='), Plus::kSpace);
    std::optional<std::string> value = Decode(raw_value, Plus::kSpace);
    if (!name || !value) return InvalidArgument("bad percent-encoding in the query");
    const bool is_ai = IsDigits(*name);
    // A name without "=" is nothing, even if it is a number.
    if (!has_value || (!is_ai && *name != "s")) continue;
    if (std::find(seen.begin(), seen.end(), *name) != seen.end()) {
      return InvalidArgument("a parameter occurs twice");
    }
    if (is_ai) {
      TRY_STATUS(ReadAttribute(link, *name, std::move(*value)));
    } else {
      if (value->empty()) return InvalidArgument("empty parameter s");
      link.signature = std::move(*value);
    }
    seen.push_back(std::move(*name));
  }
  return base::Ok();
}

}  // namespace

bool IsDigitalLinkHost(std::string_view text) {
  return !text.empty() && text.size() <= kHostCharactersMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || IsOneOf(c, "-.:[]"); });
}

Result<DigitalLink> ParseDigitalLink(std::string_view uri) {
  TRY(const UriParts parts, SplitUri(uri));
  DigitalLink link;
  link.host = MapText(std::string(parts.host), ToLower);
  TRY_STATUS(ReadPath(link, parts.path));
  TRY_STATUS(ReadQuery(link, parts.query));
  return link;
}

std::string FormatDigitalLink(const DigitalLink& link, UriCase uri_case) {
  std::string out = "https://" + link.host;
  if (uri_case == UriCase::kUpper) out = MapText(std::move(out), ToUpper);
  out += link.stem;
  const auto append = [&](std::string_view before, std::string_view value) {
    if (value.empty()) return;
    out += before;
    AppendEncoded(out, value);
  };
  const bool lot_in_query = !link.third_party.empty();
  append("/01/", link.gtin);
  append("/235/", link.third_party);
  append("/22/", link.variant);
  if (!lot_in_query) append("/10/", link.lot);
  append("/21/", link.serial);

  const std::size_t path_end = out.size();
  if (lot_in_query) append("&10=", link.lot);
  if (link.claims.production) append("&11=", FormatGs1Date(*link.claims.production));
  if (link.claims.expiry) append("&17=", FormatGs1Date(*link.claims.expiry));
  append("&s=", link.signature);
  if (out.size() > path_end) out[path_end] = '?';
  return out;
}

}  // namespace sogoc::ledger
