#pragma once

// A gateway of a ledger that writes nothing: a test says what it answers.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "node/gateway/http_server.h"
#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "proto/api.pb.h"

namespace sogoc::support {

class FakeGateway {
 public:
  // `answer` is called on the one thread of the gateway.
  using Answer = std::function<gateway::Response(const v1::SubmitRequest&)>;

  explicit FakeGateway(Answer answer = Commit) {
    gateway::Router router;
    router.Post("/v1/entries", 8 << 20, [this, answer](const gateway::Request& request) {
      v1::SubmitRequest submit;
      EXPECT_TRUE(submit.ParseFromString(request.body));
      {
        const std::lock_guard lock(mutex_);
        targets_.push_back(request.target);
        requests_.push_back(submit);
      }
      return answer(submit);
    });
    gateway::HttpServerConfig config;
    config.threads = 1;
    auto started = gateway::HttpServer::Start(std::move(config), std::move(router));
    EXPECT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::vector<v1::SubmitRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::vector<std::string> targets() const {
    const std::lock_guard lock(mutex_);
    return targets_;
  }

  static gateway::Response Give(const v1::SubmitResponse& response) {
    return {200, "application/x-protobuf", response.SerializeAsString(), {}};
  }
  // Every entry stands in block 3, at index 7.
  static gateway::Response Commit(const v1::SubmitRequest& submit) {
    v1::SubmitResponse response;
    for (const std::string& bytes : submit.entries()) {
      const auto entry = ledger::DecodeEntry(base::AsBytes(bytes), ledger::kRulesVersion);
      EXPECT_TRUE(entry);
      v1::EntryResult& result = *response.add_results();
      result.set_id(base::ToHex(entry->id));
      result.mutable_committed()->set_index(7);
      result.mutable_committed()->set_height(3);
      result.mutable_committed()->set_header_hash(std::string(64, 'b'));
    }
    return Give(response);
  }
  // Every entry has this error.
  static gateway::Response Fail(const v1::SubmitRequest& submit, const std::string& code) {
    v1::SubmitResponse response;
    for (int i = 0; i < submit.entries_size(); ++i) {
      response.add_results()->mutable_error()->set_code(code);
    }
    return Give(response);
  }

 private:
  mutable std::mutex mutex_;
  std::vector<v1::SubmitRequest> requests_;
  std::vector<std::string> targets_;
  std::unique_ptr<gateway::HttpServer> server_;
};

}  // namespace sogoc::support
