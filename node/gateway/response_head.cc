#include "node/gateway/response_head.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace sogoc::gateway {
namespace {

// Pages load nothing from elsewhere and run no inline script, so that text that slips through
// a template still cannot act.
constexpr std::string_view kPagePolicy =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";
constexpr std::string_view kDataPolicy = "default-src 'none'; frame-ancestors 'none'";
constexpr std::string_view kTwoYears = "max-age=63072000";

bool IsFieldText(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

void AppendField(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

void AppendDefault(std::string& head, const Response& response, std::string_view name,
                   std::string_view value) {
  if (response.Header(name).empty()) AppendField(head, name, value);
}

bool HasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

}  // namespace

std::string FormatHttpDate(base::TimeNs time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(time / base::kNsPerSecond);
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text = {};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

bool IsWellFormed(const Response& response) {
  return IsFieldText(response.content_type) &&
         std::all_of(response.fields.begin(), response.fields.end(), [](const Field& field) {
           return !field.name.empty() && IsFieldText(field.name) && IsFieldText(field.value);
         });
}

std::string FormatResponseHead(const Response& response, const ResponseContext& context) {
  if (!IsWellFormed(response)) std::abort();
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(StatusReason(response.status)).append("\r\n");
  AppendField(head, "Date", context.date);
  if (!HasNoBody(response.status)) {
    AppendField(head, "Content-Length", std::to_string(response.body.size()));
  }
  if (!response.content_type.empty()) AppendField(head, "Content-Type", response.content_type);
  if (context.close) AppendField(head, "Connection", "close");
  if (context.secure) AppendField(head, "Strict-Transport-Security", kTwoYears);
  AppendField(head, "X-Content-Type-Options", "nosniff");
  const bool page = response.content_type.starts_with("text/html");
  AppendDefault(head, response, "Content-Security-Policy", page ? kPagePolicy : kDataPolicy);
  // A stamp's address holds its signature: it must not travel to other sites.
  AppendDefault(head, response, "Referrer-Policy", "no-referrer");
  AppendDefault(head, response, "Cache-Control", "no-store");
  for (const Field& field : response.fields) AppendField(head, field.name, field.value);
  return head.append("\r\n");
}

}  // namespace sogoc::gateway
