#pragma once

// The gateway's API (proto/api.proto) as calls.

#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "proto/api.pb.h"
#include "tools/http/http_client.h"

namespace sogoc::tools {

inline constexpr std::size_t kEntriesPerRequestMax = 1'000;

// Percent-encodes all but unreserved characters, so that `text` is one segment of a path or one
// value of a query.
std::string UrlEncode(const std::string& text);

// Errors of every call:
//   kUnavailable        no connection, no answer in time, or the node is busy: retry
//   kPermissionDenied   the node's certificate is not trusted
//   kNotFound           the ledger has no such thing
//   kInvalidArgument    the node found the request malformed; the message is its sentence
//   kCorrupt            the answer is not what the API promises
// Not thread-safe.
class NodeClient {
 public:
  // `url`: "https://host:port". `ca_file` may be empty: the system's certificates.
  //   kInvalidArgument  the URL or the CA file cannot be used
  static base::Result<NodeClient> Create(const std::string& url, const std::string& ca_file);

  // GET, the JSON answer into `message`. Fields that this program does not know are ignored.
  base::Status Get(const std::string& target, google::protobuf::Message& message);

  base::Result<v1::LedgerStatus> Ledger();

  // Uploads a file that the ledger names. False if the node had it already.
  // Error kFailedPrecondition: its operator has erased it.
  base::Result<bool> PutBlob(const base::Digest& hash, const std::string& bytes);
  // A file that the ledger names, with the right hash. Errors as above, and
  //   kCorrupt  what came has another hash
  base::Result<std::string> GetBlob(const base::Digest& hash);

  // Submits 1 to kEntriesPerRequestMax entries. One result for each, in order. After an error the
  // node may have acted on them or not: submitting the same entries again is harmless.
  base::Result<v1::SubmitResponse> Submit(const std::vector<base::Bytes>& entries);

 private:
  explicit NodeClient(HttpClient http, std::string url)
      : http_(std::move(http)), url_(std::move(url)) {}

  // A reply that is no refusal.
  base::Result<HttpReply> Send(const HttpCall& call);
  base::Status Read(const HttpCall& call, google::protobuf::Message& message);

  HttpClient http_;
  std::string url_;
};

}  // namespace sogoc::tools
