#include "tools/verify/peer_gateway.h"

#include <google/protobuf/util/json_util.h>

#include "crypto/log_tree.h"

namespace sogoc::tools {
namespace {

constexpr std::chrono::milliseconds kTimeout{10'000};
constexpr std::size_t kResponseBytesMax = 8 << 20;

std::string PercentEncode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

bool ReadJson(const std::string& json, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return google::protobuf::util::JsonStringToMessage(json, &message, options).ok();
}

base::Error OfStatus(int status) {
  return base::Unavailable("HTTP " + std::to_string(status) + " without what was asked for");
}

}  // namespace

base::Result<PeerGateway> PeerGateway::Create(const std::string& url, const std::string& ca_file) {
  HttpClientOptions options;
  options.ca_file = ca_file;
  options.timeout = kTimeout;
  options.response_bytes_max = kResponseBytesMax;
  TRY(HttpClient client, HttpClient::Create(url, options));
  return PeerGateway(url, std::move(client));
}

base::Result<v1::VerdictAnswer> PeerGateway::Verify(const std::string& uri,
                                                    const std::optional<std::uint8_t>& star) {
  HttpCall call;
  call.target = "/v1/verify?uri=" + PercentEncode(uri);
  if (star) call.target += "&star=" + std::to_string(*star);
  call.fields = {{"Accept", "application/json"}};
  TRY(const HttpReply reply, client_.Send(call));
  // 503 carries CANNOT_VERIFY with its reason; any other error has no verdict in it.
  v1::VerdictAnswer answer;
  if (!ReadJson(reply.body, answer) || answer.verdict().empty()) {
    return base::Unavailable("HTTP " + std::to_string(reply.status) + " without a verdict");
  }
  return answer;
}

base::Result<std::string> PeerGateway::GetText(const std::string& target) {
  TRY(HttpReply reply, client_.Get(target));
  if (reply.status != 200) return OfStatus(reply.status);
  return std::move(reply.body);
}

base::Result<DatedPolicy> PeerGateway::Policy() {
  TRY(const std::string text, GetText("/policy"));
  auto policy = ReadPolicyText(text);
  if (!policy) return base::Unavailable(policy.error().message);
  return policy;
}

base::Result<std::string> PeerGateway::Checkpoint() { return GetText("/checkpoint"); }

base::Result<LogWatch::ProvedRoot> PeerGateway::ProveRoot(std::uint64_t size,
                                                          const crypto::Checkpoint& newer) {
  TRY(std::string json, GetText("/v1/consistency?from=" + std::to_string(size) +
                                "&to=" + std::to_string(newer.size)));
  v1::ConsistencyProof proof;
  if (!ReadJson(json, proof)) return OfStatus(200);
  const auto root = base::DigestFromHex(proof.from_root());
  std::vector<base::Digest> hashes;
  for (const std::string& text : proof.hashes()) {
    hashes.push_back(base::DigestFromHex(text).value_or(base::Digest{}));
  }
  if (!root || !crypto::VerifyConsistency(size, *root, newer.size, newer.root, hashes)) {
    return base::Unavailable("the proof does not lead to the checkpoint");
  }
  return LogWatch::ProvedRoot{*root, std::move(json)};
}

}  // namespace sogoc::tools
