#pragma once

// Brings one request after the other to a node, and to the next one where that fails.

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "tools/http/http_client.h"
#include "tools/load/journal.h"
#include "tools/load/measurement.h"
#include "tools/load/workload.h"

namespace sogoc::load {

// The nodes, and which of them failed a moment ago. Thread-safe.
class Nodes {
 public:
  // Requires: one.
  explicit Nodes(std::vector<std::string> urls);
  const std::string& url(std::size_t node) const { return urls_[node]; }
  // `preferred` (modulo their number), or the next one after it that did not fail within a second;
  // if all did, `preferred`.
  std::size_t Choose(std::size_t preferred) const;
  void Failed(std::size_t node);

 private:
  const std::vector<std::string> urls_;
  std::vector<std::atomic<std::chrono::steady_clock::rep>> avoid_until_;
};

struct CourierOptions {
  bool wait_final = false;                    // an answer is wanted when a quorum stands behind it
  std::chrono::milliseconds timeout{30'000};  // of one attempt
  std::chrono::milliseconds give_up{60'000};  // no attempt begins later than this after the first
  std::string ca_file;
};

// For one thread.
class Courier {
 public:
  // `home` is the node that it prefers. `nodes` and `journal` must outlive it.
  Courier(Nodes& nodes, std::size_t home, CourierOptions options, Journal& journal);

  // Sends the request until all of its entries are decided: the same bytes again, which is safe.
  //   kInvalidArgument    the node found it malformed, or is no node
  //   kPermissionDenied   the node's certificate
  //   kFailedPrecondition the journal
  base::Result<Counts> Deliver(const Request& request);

 private:
  // Adds to `counts` what happened; an answer to `response`. True if that answer is complete.
  base::Result<bool> Attempt(const Request& request, std::size_t node, Counts& counts,
                             v1::SubmitResponse& response);
  base::Result<tools::HttpClient*> ClientOf(std::size_t node);

  Nodes& nodes_;
  const std::size_t home_;
  const CourierOptions options_;
  Journal& journal_;
  std::map<std::size_t, tools::HttpClient> clients_;
};

}  // namespace sogoc::load
