#pragma once

// Which handler answers which request. Filled at start, then only read: lookups are thread-safe.

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/gateway/http_message.h"

namespace sogoc::gateway {

struct Route {
  Method method = Method::kGet;
  std::vector<std::string> pattern;  // segments; "{name}" takes one, "{name...}" all the rest
  std::size_t body_bytes_max = 0;
  AsyncHandler handler;
};

struct RouteMatch {
  const Route* route = nullptr;  // lives as long as the router
  NamedValues captures;
};

class Router {
 public:
  // `pattern`: "/v1/products/{gtin}/batches/{lot}", or with a tail of at least one segment:
  // "/tile/{path...}". Where several patterns fit a path, a literal segment goes before a capture
  // and a capture before a tail, from left to right. A pattern that is malformed or already taken
  // for this method ends the process: routes are part of the program.
  void Add(Method method, std::string_view pattern, std::size_t body_bytes_max,
           AsyncHandler handler);
  // GET (which also answers HEAD) with a handler that answers at once.
  void Get(std::string_view pattern, Handler handler);
  // POST, likewise.
  void Post(std::string_view pattern, std::size_t body_bytes_max, Handler handler);

  // The route for a request, or its answer where no handler is needed: 404; 405 with Allow;
  // 204 with Allow for OPTIONS. Looks at method, target and path only.
  std::variant<RouteMatch, Response> Find(const Request& request) const;

 private:
  std::vector<Route> routes_;  // the more specific before the less specific
};

}  // namespace sogoc::gateway
