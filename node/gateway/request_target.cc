#include "node/gateway/request_target.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <utility>

#include "node/base/utf8.h"

namespace sogoc::gateway {
namespace {

namespace urls = boost::urls;

bool IsControl(char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }

std::optional<std::string> Decode(urls::pct_string_view encoded, bool plus_is_space) {
  urls::encoding_opts options;
  options.space_as_plus = plus_is_space;
  std::string text = encoded.decode(options);
  if (std::any_of(text.begin(), text.end(), IsControl) || !base::IsUtf8(text)) return std::nullopt;
  return text;
}

bool DecodePath(const urls::url_view& url, std::vector<std::string>& path) {
  for (const urls::pct_string_view encoded : url.encoded_segments()) {
    std::optional<std::string> segment = Decode(encoded, false);
    if (!segment || *segment == "." || *segment == "..") return false;
    path.push_back(*std::move(segment));
  }
  if (!path.empty() && path.back().empty()) path.pop_back();
  return std::none_of(path.begin(), path.end(), [](const std::string& s) { return s.empty(); });
}

bool DecodeQuery(const urls::url_view& url, NamedValues& query) {
  for (const urls::param_pct_view param : url.encoded_params()) {
    std::optional<std::string> name = Decode(param.key, true);
    std::optional<std::string> value = Decode(param.value, true);
    if (!name || !value) return false;
    query.emplace_back(*std::move(name), *std::move(value));
  }
  return true;
}

}  // namespace

std::optional<RequestTarget> ParseRequestTarget(std::string_view target) {
  const auto url = urls::parse_origin_form({target.data(), target.size()});
  RequestTarget parsed;
  if (!url || !DecodePath(*url, parsed.path) || !DecodeQuery(*url, parsed.query)) {
    return std::nullopt;
  }
  return parsed;
}

}  // namespace sogoc::gateway
