#include "node/gateway/router.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>

namespace sogoc::gateway {
namespace {

// In the order in which they are tried.
enum class SegmentKind { kLiteral, kCapture, kTail };

SegmentKind KindOf(std::string_view segment) {
  if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}') {
    return SegmentKind::kLiteral;
  }
  return segment.ends_with("...}") ? SegmentKind::kTail : SegmentKind::kCapture;
}

std::string NameOf(std::string_view segment) {
  const std::size_t braces = KindOf(segment) == SegmentKind::kTail ? 5 : 2;
  return std::string(segment.substr(1, segment.size() - braces));
}

bool TriedBefore(const Route& a, const Route& b) {
  return std::lexicographical_compare(
      a.pattern.begin(), a.pattern.end(), b.pattern.begin(), b.pattern.end(),
      [](const auto& x, const auto& y) { return KindOf(x) < KindOf(y); });
}

// The pattern without its names: two patterns of one shape fit the same paths.
std::vector<std::string> Shape(const std::vector<std::string>& pattern) {
  std::vector<std::string> shape;
  for (const std::string& segment : pattern) {
    switch (KindOf(segment)) {
      case SegmentKind::kLiteral:
        shape.push_back(segment);
        break;
      case SegmentKind::kCapture:
        shape.emplace_back("{}");
        break;
      case SegmentKind::kTail:
        shape.emplace_back("{...}");
        break;
    }
  }
  return shape;
}

std::vector<std::string> SplitPattern(std::string_view pattern) {
  std::vector<std::string> segments;
  if (pattern.empty() || pattern.front() != '/') std::abort();
  pattern.remove_prefix(1);
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    if (end == 0) std::abort();
    segments.emplace_back(pattern.substr(0, end));
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
    if (KindOf(segments.back()) == SegmentKind::kTail && !pattern.empty()) std::abort();
  }
  return segments;
}

// The rest of the path as one text; nullopt where an encoded slash would make it ambiguous.
std::optional<std::string> Join(const std::vector<std::string>& path, std::size_t from) {
  std::string joined;
  for (std::size_t i = from; i < path.size(); ++i) {
    if (path[i].find('/') != std::string::npos) return std::nullopt;
    if (i > from) joined += '/';
    joined += path[i];
  }
  return joined;
}

std::optional<NamedValues> Match(const Route& route, const std::vector<std::string>& path) {
  NamedValues captures;
  for (std::size_t i = 0; i < route.pattern.size(); ++i) {
    if (i >= path.size()) return std::nullopt;
    const std::string& segment = route.pattern[i];
    switch (KindOf(segment)) {
      case SegmentKind::kLiteral:
        if (segment != path[i]) return std::nullopt;
        break;
      case SegmentKind::kCapture:
        captures.emplace_back(NameOf(segment), path[i]);
        break;
      case SegmentKind::kTail: {
        std::optional<std::string> rest = Join(path, i);
        if (!rest) return std::nullopt;
        captures.emplace_back(NameOf(segment), *std::move(rest));
        return captures;
      }
    }
  }
  if (path.size() > route.pattern.size()) return std::nullopt;
  return captures;
}

bool Answers(const Route& route, Method method) {
  return route.method == method || (method == Method::kHead && route.method == Method::kGet);
}

// The value of Allow for a set of methods, in the order of the enumeration.
std::string AllowValue(std::vector<Method> methods) {
  if (std::count(methods.begin(), methods.end(), Method::kGet) > 0) {
    methods.push_back(Method::kHead);
  }
  methods.push_back(Method::kOptions);
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  std::string value;
  for (const Method method : methods) {
    if (!value.empty()) value += ", ";
    value += MethodName(method);
  }
  return value;
}

AsyncHandler AtOnce(Handler handler) {
  return [handler = std::move(handler)](const Request& request, const Respond& respond) {
    respond(handler(request));
  };
}

}  // namespace

void Router::Add(Method method, std::string_view pattern, std::size_t body_bytes_max,
                 AsyncHandler handler) {
  Route route{method, SplitPattern(pattern), body_bytes_max, std::move(handler)};
  for (const Route& other : routes_) {
    if (other.method == method && Shape(other.pattern) == Shape(route.pattern)) std::abort();
  }
  const auto at = std::upper_bound(routes_.begin(), routes_.end(), route, TriedBefore);
  routes_.insert(at, std::move(route));
}

void Router::Get(std::string_view pattern, Handler handler) {
  Add(Method::kGet, pattern, 0, AtOnce(std::move(handler)));
}

void Router::Post(std::string_view pattern, std::size_t body_bytes_max, Handler handler) {
  Add(Method::kPost, pattern, body_bytes_max, AtOnce(std::move(handler)));
}

std::variant<RouteMatch, Response> Router::Find(const Request& request) const {
  const bool every_path = request.target == "*";
  std::vector<Method> methods;
  for (const Route& route : routes_) {
    if (every_path) {
      methods.push_back(route.method);
    } else if (std::optional<NamedValues> captures = Match(route, request.path)) {
      if (Answers(route, request.method)) return RouteMatch{&route, *std::move(captures)};
      methods.push_back(route.method);
    }
  }
  if (methods.empty()) return Problem(404, "There is nothing at this address.");
  const bool asked = request.method == Method::kOptions;
  Response response =
      asked ? Response{204, "", "", {}} : Problem(405, "This address does not answer this method.");
  response.fields.push_back({"Allow", AllowValue(std::move(methods))});
  return response;
}

}  // namespace sogoc::gateway
