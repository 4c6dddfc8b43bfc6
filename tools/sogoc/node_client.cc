#include "tools/sogoc/node_client.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "crypto/sha256.h"

namespace sogoc::tools {
namespace {

using base::Result;
using base::Status;

constexpr const char* kJson = "application/json";
constexpr const char* kProtobuf = "application/x-protobuf";

bool ParseAnswer(const std::string& body, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return google::protobuf::util::JsonStringToMessage(body, &message, options).ok();
}

// The sentence of a problem answer (RFC 9457), or the status alone.
std::string Problem(const HttpReply& reply) {
  google::protobuf::Struct problem;
  if (ParseAnswer(reply.body, problem)) {
    for (const char* member : {"detail", "message", "title"}) {
      const auto it = problem.fields().find(member);
      if (it != problem.fields().end() && !it->second.string_value().empty()) {
        return it->second.string_value();
      }
    }
  }
  return "HTTP status " + std::to_string(reply.status);
}

std::string BlobTarget(const base::Digest& hash) { return "/v1/blobs/" + base::ToHex(hash); }

base::ErrorCode CodeOf(int status) {
  if (status == 404) return base::ErrorCode::kNotFound;
  if (status == 410) return base::ErrorCode::kFailedPrecondition;
  if (status == 408 || status == 429 || status >= 500) return base::ErrorCode::kUnavailable;
  return base::ErrorCode::kInvalidArgument;
}

}  // namespace

std::string UrlEncode(const std::string& text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

Result<NodeClient> NodeClient::Create(const std::string& url, const std::string& ca_file) {
  HttpClientOptions options;
  options.ca_file = ca_file;
  TRY(HttpClient http, HttpClient::Create(url, options));
  return NodeClient(std::move(http), url);
}

Result<HttpReply> NodeClient::Send(const HttpCall& call) {
  Result<HttpReply> reply = http_.Send(call);
  if (!reply) return base::Error{reply.error().code, url_ + ": " + reply.error().message};
  if (reply->status != 200 && reply->status != 201) {
    return base::Error{CodeOf(reply->status), url_ + ": " + Problem(*reply)};
  }
  return reply;
}

Status NodeClient::Read(const HttpCall& call, google::protobuf::Message& message) {
  TRY(const HttpReply reply, Send(call));
  if (!ParseAnswer(reply.body, message)) {
    return base::Corrupt(url_ + ": the answer is no v1." + message.GetDescriptor()->name() +
                         "; is it a gateway of this version?");
  }
  return base::Ok();
}

Status NodeClient::Get(const std::string& target, google::protobuf::Message& message) {
  HttpCall call;
  call.target = target;
  call.fields = {{"Accept", kJson}};
  return Read(call, message);
}

Result<v1::LedgerStatus> NodeClient::Ledger() {
  v1::LedgerStatus status;
  TRY_STATUS(Get("/v1/ledger", status));
  return status;
}

Result<bool> NodeClient::PutBlob(const base::Digest& hash, const std::string& bytes) {
  HttpCall call;
  call.method = "PUT";
  call.target = BlobTarget(hash);
  call.content_type = "application/octet-stream";
  call.body = bytes;
  TRY(const HttpReply reply, Send(call));
  return reply.status == 201;
}

Result<std::string> NodeClient::GetBlob(const base::Digest& hash) {
  HttpCall call;
  call.target = BlobTarget(hash);
  TRY(HttpReply reply, Send(call));
  if (crypto::Sha256(base::AsBytes(reply.body)) != hash) {
    return base::Corrupt(url_ + ": what came does not have the hash " + base::ToHex(hash));
  }
  return std::move(reply.body);
}

Result<v1::SubmitResponse> NodeClient::Submit(const std::vector<base::Bytes>& entries) {
  v1::SubmitRequest request;
  for (const base::Bytes& entry : entries) request.add_entries(base::ToText(entry));
  HttpCall call;
  call.method = "POST";
  // Whoever asks next, at any peer, sees what was written.
  call.target = "/v1/entries?wait=final";
  call.content_type = kProtobuf;
  call.body = request.SerializeAsString();
  call.fields = {{"Accept", kJson}};
  v1::SubmitResponse response;
  TRY_STATUS(Read(call, response));
  if (static_cast<std::size_t>(response.results_size()) != entries.size()) {
    return base::Corrupt(url_ + ": the answer does not have one result for each entry");
  }
  return response;
}

}  // namespace sogoc::tools
