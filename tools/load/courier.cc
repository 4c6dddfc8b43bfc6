#include "tools/load/courier.h"

#include <thread>

namespace sogoc::load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAvoidFailed = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(50);  // between attempts
constexpr const char* kProtobuf = "application/x-protobuf";

bool IsUndecided(const v1::EntryResult& result) {
  return result.has_error() && result.error().code() != "invalid_argument";
}

bool IsComplete(const v1::SubmitResponse& response) {
  for (const v1::EntryResult& result : response.results()) {
    if (IsUndecided(result)) return false;
  }
  return true;
}

void Count(const v1::SubmitResponse& response, unsigned entries, Counts& counts) {
  for (const v1::EntryResult& result : response.results()) {
    if (result.has_committed()) {
      ++counts.committed;
      counts.repeated += result.committed().repeated_entry() ? 1 : 0;
      counts.final += result.committed().final() ? 1 : 0;
    } else if (!IsUndecided(result)) {
      ++counts.refused;
      counts.refusal = result.refused().number();
      counts.refusal_text = result.has_refused() ? result.refused().en() : result.error().message();
    }
  }
  counts.undecided = entries - counts.committed - counts.refused;
}

}  // namespace

Nodes::Nodes(std::vector<std::string> urls) : urls_(std::move(urls)), avoid_until_(urls_.size()) {}

std::size_t Nodes::Choose(std::size_t preferred) const {
  const auto now = Clock::now().time_since_epoch().count();
  for (std::size_t i = 0; i < urls_.size(); ++i) {
    const std::size_t node = (preferred + i) % urls_.size();
    if (avoid_until_[node] <= now) return node;
  }
  return preferred % urls_.size();
}

void Nodes::Failed(std::size_t node) {
  avoid_until_[node] = (Clock::now() + kAvoidFailed).time_since_epoch().count();
}

Courier::Courier(Nodes& nodes, std::size_t home, CourierOptions options, Journal& journal)
    : nodes_(nodes), home_(home), options_(std::move(options)), journal_(journal) {}

base::Result<tools::HttpClient*> Courier::ClientOf(std::size_t node) {
  auto found = clients_.find(node);
  if (found == clients_.end()) {
    tools::HttpClientOptions options;
    options.timeout = options_.timeout;
    options.ca_file = options_.ca_file;
    TRY(tools::HttpClient client, tools::HttpClient::Create(nodes_.url(node), options));
    found = clients_.emplace(node, std::move(client)).first;
  }
  return &found->second;
}

base::Result<bool> Courier::Attempt(const Request& request, std::size_t node, Counts& counts,
                                    v1::SubmitResponse& response) {
  TRY(tools::HttpClient* const client, ClientOf(node));
  const auto reply = client->Send({"POST",
                                   options_.wait_final ? "/v1/entries?wait=final" : "/v1/entries",
                                   kProtobuf,
                                   request.body,
                                   {{"Accept", kProtobuf}}});
  if (!reply && reply.error().code == base::ErrorCode::kUnavailable) {
    ++counts.lost;
    nodes_.Failed(node);
    return false;
  }
  if (!reply) {
    return base::Error{reply.error().code, nodes_.url(node) + ": " + reply.error().message};
  }
  if (reply->status == 429 || reply->status >= 500) {
    ++counts.retries;
    return false;
  }
  if (reply->status != 200 || !response.ParseFromString(reply->body) ||
      response.results_size() != static_cast<int>(request.entries)) {
    return base::InvalidArgument(nodes_.url(node) + ": HTTP " + std::to_string(reply->status) +
                                 ": " + reply->body);
  }
  TRY_STATUS(journal_.Record(response, nodes_.url(node)));
  if (IsComplete(response)) return true;
  ++counts.retries;
  return false;
}

base::Result<Counts> Courier::Deliver(const Request& request) {
  Counts counts;
  v1::SubmitResponse response;
  const auto give_up = Clock::now() + options_.give_up;
  for (std::size_t attempt = 0;; ++attempt) {
    TRY(const bool done, Attempt(request, nodes_.Choose(home_ + attempt), counts, response));
    if (done || Clock::now() > give_up) break;
    std::this_thread::sleep_for(kPause);
  }
  Count(response, request.entries, counts);
  return counts;
}

}  // namespace sogoc::load
