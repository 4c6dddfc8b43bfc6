#pragma once

// The questions that the tool asks a peer's gateway.

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/checkpoint.h"
#include "proto/api.pb.h"
#include "tools/http/http_client.h"
#include "tools/verify/log_watch.h"
#include "tools/verify/policy_text.h"

namespace sogoc::tools {

// Every member fails with kUnavailable, kPermissionDenied or kCorrupt as HttpClient::Send does, and
// with kUnavailable where the peer answers something else than it was asked. Not thread-safe.
class PeerGateway {
 public:
  //   kInvalidArgument  see HttpClient::Create
  static base::Result<PeerGateway> Create(const std::string& url, const std::string& ca_file);

  const std::string& url() const { return url_; }

  // The verdict about a stamp; `star` as read on the label.
  base::Result<v1::VerdictAnswer> Verify(const std::string& uri,
                                         const std::optional<std::uint8_t>& star);
  base::Result<DatedPolicy> Policy();
  base::Result<std::string> Checkpoint();
  // The root of the first `size` leaves, with a proof that was checked against `newer`.
  base::Result<LogWatch::ProvedRoot> ProveRoot(std::uint64_t size, const crypto::Checkpoint& newer);

 private:
  PeerGateway(std::string url, HttpClient client)
      : url_(std::move(url)), client_(std::move(client)) {}
  base::Result<std::string> GetText(const std::string& target);

  std::string url_;
  HttpClient client_;
};

}  // namespace sogoc::tools
