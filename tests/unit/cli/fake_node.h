#pragma once

// A gateway whose answers a test chooses.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "node/gateway/http_server.h"
#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "proto/api.pb.h"
#include "tools/sogoc/json.h"

namespace sogoc::support {

inline gateway::Response JsonAnswer(const google::protobuf::Message& message) {
  return {200, "application/json", tools::JsonText(message, /*all=*/true), {}};
}

class FakeNode {
 public:
  FakeNode() {
    ledger.set_ledger_id(std::string(64, 'a'));
    gateway::Router router;
    router.Get("/v1/ledger", [this](const gateway::Request&) { return JsonAnswer(ledger); });
    router.Get("/v1/peers", [this](const gateway::Request&) { return JsonAnswer(peers); });
    router.Get("/v1/peers/record",
               [this](const gateway::Request&) { return JsonAnswer(peers_record); });
    router.Get("/v1/label-runs/{gtin}/{first}", [this](const gateway::Request&) {
      return run ? JsonAnswer(*run) : gateway::Problem(404, "There is no such run");
    });
    AddBlobs(router);
    router.Post("/v1/entries", 8 << 20, [this](const gateway::Request& request) {
      v1::SubmitRequest submit;
      EXPECT_TRUE(submit.ParseFromString(request.body));
      requests.push_back(submit);
      return answer(submit);
    });
    gateway::HttpServerConfig config;
    config.threads = 1;
    auto started = gateway::HttpServer::Start(std::move(config), std::move(router));
    EXPECT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  // Every entry is recorded.
  static gateway::Response Commit(const v1::SubmitRequest& submit) {
    v1::SubmitResponse response;
    for (const std::string& bytes : submit.entries()) {
      const auto entry = ledger::DecodeEntry(base::AsBytes(bytes), ledger::kRulesVersion);
      EXPECT_TRUE(entry);
      v1::EntryResult& result = *response.add_results();
      result.set_id(base::ToHex(entry->id));
      result.mutable_committed()->set_index(7);
    }
    return JsonAnswer(response);
  }
  // Every entry is refused.
  static gateway::Response Refuse(const v1::SubmitRequest& submit, std::uint32_t number) {
    v1::SubmitResponse response;
    for (int i = 0; i < submit.entries_size(); ++i) {
      v1::RefusedEntry& refused = *response.add_results()->mutable_refused();
      refused.set_number(number);
      refused.set_name("beyond_batch");
      refused.set_vi("Vượt số lượng lô");
      refused.set_en("More labels than units");
    }
    return JsonAnswer(response);
  }

  // Set before the program runs; read when it has answered.
  v1::LedgerStatus ledger;
  v1::PeersStatus peers;
  v1::PeerList peers_record;
  std::map<std::string, std::string> blobs;  // by hash
  std::set<std::string> named_blobs;
  std::optional<v1::LabelRunView> run;
  std::function<gateway::Response(const v1::SubmitRequest&)> answer = Commit;
  std::vector<v1::SubmitRequest> requests;

 private:
  void AddBlobs(gateway::Router& router) {
    router.Get("/v1/blobs/{hash}", [this](const gateway::Request& request) {
      const auto blob = blobs.find(std::string(request.Capture("hash")));
      if (blob == blobs.end()) return gateway::Problem(404, "No peer has it");
      return gateway::Response{200, "application/octet-stream", blob->second, {}};
    });
    router.Add(gateway::Method::kPut, "/v1/blobs/{hash}", 4 << 20,
               [this](const gateway::Request& request, const gateway::Respond& respond) {
                 const std::string hash(request.Capture("hash"));
                 if (!named_blobs.contains(hash)) {
                   return respond(gateway::Problem(404, "The ledger names no such file"));
                 }
                 const bool is_new = blobs.emplace(hash, request.body).second;
                 respond({is_new ? 201 : 200, "application/json", "{}", {}});
               });
  }

  std::unique_ptr<gateway::HttpServer> server_;
};

}  // namespace sogoc::support
