// Files that the ledger names by their SHA-256: taken from anybody who has them, served to anybody.

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "node/gateway/api_common.h"

namespace sogoc::gateway {
namespace {

using storage::BlobStanding;

constexpr const char* kRetryAfter_s = "10";
// Long enough to spare mobile networks; an erased file lives no longer than that in caches.
constexpr const char* kCaching = "public, max-age=86400, immutable";
// Whatever it is, it runs nothing and loads nothing.
constexpr const char* kBlobPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

// A refusal in both languages; `detail` is the English one, as in every other answer.
Response Refuse(int status, std::string_view vi, std::string_view en) {
  const boost::json::object problem = {
      {"title", StatusReason(status)}, {"status", status}, {"detail", en}, {"vi", vi}, {"en", en}};
  return {status, "application/problem+json", boost::json::serialize(problem), {}};
}

Response NoHash() {
  return Refuse(400, "Mã của tệp là SHA-256, gồm 64 chữ số thập lục phân",
                "The name of a file is its SHA-256: 64 hexadecimal digits");
}
Response Unnamed() {
  return Refuse(404,
                "Sổ cái không có bản ghi nào nêu tệp này; hãy ghi sổ trước rồi mới tải tệp lên",
                "The ledger names no such file: record it first, then upload it");
}
Response Erased() {
  return Refuse(410, "Đơn vị vận hành nút này đã xóa tệp và không nhận lại",
                "The operator of this node has erased the file and does not take it again");
}
Response Missing() {
  Response response =
      Refuse(404, "Sổ cái có nêu tệp này nhưng hiện chưa nút nào đang kết nối có nó; thử lại sau",
             "The ledger names this file, but no peer that answers has it now: try again later");
  response.fields.push_back({"Retry-After", kRetryAfter_s});
  return response;
}
Response Failed(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::kNotFound:
      return Unnamed();
    case base::ErrorCode::kFailedPrecondition:
      return Erased();
    case base::ErrorCode::kInvalidArgument:
      return Refuse(400, "Nội dung gửi lên không khớp với mã SHA-256 trong địa chỉ",
                    "What was sent does not have the SHA-256 in the address");
    default: {
      Response response = Refuse(503, "Hiện nút này không lưu được tệp; thử lại sau",
                                 "This node cannot keep the file now: try again later");
      response.fields.push_back({"Retry-After", kRetryAfter_s});
      return response;
    }
  }
}

// Of the few types that a browser may show; it does not guess others.
const char* TypeOf(base::ByteView bytes) {
  const std::string_view text = base::AsText(bytes.first(std::min<std::size_t>(bytes.size(), 12)));
  if (text.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (text.starts_with("RIFF") && text.substr(8) == "WEBP") return "image/webp";
  if (text.starts_with("%PDF-")) return "application/pdf";
  return "application/octet-stream";
}

Response Show(base::Bytes bytes) {
  Response response{200, TypeOf(bytes), base::ToText(bytes), {}};
  response.fields = {{"Access-Control-Allow-Origin", "*"},
                     {"Cache-Control", kCaching},
                     {"Content-Security-Policy", kBlobPolicy}};
  return response;
}

// What this node can say by itself; nullopt where another peer may have the file.
std::optional<Response> ShowOwn(const BlobServices& blobs, const base::Digest& hash) {
  switch (blobs.store->StandingOf(hash)) {
    case BlobStanding::kUnnamed:
      return Unnamed();
    case BlobStanding::kErased:
      return Erased();
    case BlobStanding::kMissing:
      return std::nullopt;
    case BlobStanding::kHeld:
      break;
  }
  base::Result<base::Bytes> bytes = blobs.store->Read(hash);
  // A damaged one is a missing one.
  return bytes ? std::optional(Show(std::move(*bytes))) : std::nullopt;
}

void GetBlob(const BlobServices& blobs, const RunInBackground& run, const base::Digest& hash,
             const Respond& respond) {
  if (auto own = ShowOwn(blobs, hash)) return respond(std::move(*own));
  if (!blobs.fetch) return respond(Missing());
  blobs.fetch(hash, [blobs, run, hash, respond] {
    run([blobs, hash, respond] {
      auto own = ShowOwn(blobs, hash);
      respond(own ? std::move(*own) : Missing());
    });
  });
}

Response PutBlob(const BlobServices& blobs, const base::Digest& hash, const std::string& body) {
  const base::Result<bool> kept = blobs.store->Keep(hash, base::AsBytes(body));
  if (!kept) return Failed(kept.error());
  if (*kept && blobs.announce) blobs.announce(hash);
  const boost::json::object answer = {{"sha256", base::ToHex(hash)}, {"size", body.size()}};
  return {*kept ? 201 : 200, kJson, boost::json::serialize(answer), {}};
}

}  // namespace

void AddBlobRoutes(const BlobServices& blobs, const RunInBackground& run, Router& router) {
  if (blobs.store == nullptr) return;
  constexpr const char* kPattern = "/v1/blobs/{sha256}";
  router.Add(Method::kGet, kPattern, 0, [blobs, run](const Request& request, Respond respond) {
    const auto hash = base::DigestFromHex(request.Capture("sha256"));
    if (!hash) return respond(NoHash());
    run([blobs, run, hash, respond = std::move(respond)] { GetBlob(blobs, run, *hash, respond); });
  });
  router.Add(Method::kPut, kPattern, storage::kBlobBytesMax,
             [blobs, run](Request request, Respond respond) {
               const auto hash = base::DigestFromHex(request.Capture("sha256"));
               if (!hash) return respond(NoHash());
               run([blobs, hash, body = std::move(request.body), respond = std::move(respond)] {
                 respond(PutBlob(blobs, *hash, body));
               });
             });
}

}  // namespace sogoc::gateway
