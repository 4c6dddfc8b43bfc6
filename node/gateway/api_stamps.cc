#include "node/gateway/api_common.h"
#include "node/gateway/pages.h"
#include "node/gateway/views.h"
#include "node/ledger/verdict.h"

namespace sogoc::gateway {
namespace {

using ledger::VerdictCode;

int StatusOf(VerdictCode code) {
  switch (code) {
    case VerdictCode::kMalformed:
      return 400;
    case VerdictCode::kCannotVerify:
      return 503;
    default:
      return 200;
  }
}

struct Judged {
  VerdictCode code = VerdictCode::kCannotVerify;
  v1::VerdictAnswer answer;
};

Judged Judge(const ApiServices& services, const ledger::StampQuestion& question,
             const ReadPoint& point) {
  const crypto::CheckpointVerdict& checkpoint = point.signed_head->verdict;
  const ledger::StateStanding standing{services.clock.Now(), checkpoint.has_quorum,
                                       checkpoint.quorum_time_s * base::kNsPerSecond};
  const ledger::Verdict verdict =
      ledger::JudgeStamp(question, *point.state, standing, std::nullopt);
  Judged out{verdict.code, View(verdict)};
  if (verdict.batch) {
    *out.answer.mutable_batch() =
        View(verdict.stamp->gtin, verdict.stamp->lot, *verdict.batch, *point.state);
  }
  return out;
}

// GET /v1/verify?uri=…[&star=…]
Response Verify(const ApiServices& services, const Request& request) {
  const auto uri = request.Query("uri");
  if (!uri) return Problem(400, "Give the text of the code as ?uri=…");
  ledger::StampQuestion question{std::string(*uri), std::nullopt};
  if (const auto star = request.Query("star")) {
    if (star->size() != 1 || (*star)[0] < '1' || (*star)[0] > '5') {
      return Problem(400, "star is 1 to 5");
    }
    question.printed_star = static_cast<std::uint8_t>((*star)[0] - '0');
  }
  const ReadPoint point = ReadAtCheckpoint(services);
  Judged judged = Judge(services, question, point);
  *judged.answer.mutable_ledger() = ProvedLedgerStatusAt(services, point);
  Response response = Answer(request, judged.answer);
  response.status = StatusOf(judged.code);
  return response;
}

bool WantsJson(const Request& request) {
  const std::string_view accept = request.Header("Accept");
  return accept.find("text/html") == std::string_view::npos &&
         accept.find("json") != std::string_view::npos;
}

// The stamp's own address. Whoever is served here was led here by the resolver's name, so the host
// is no claim to be checked.
Response ShowStamp(const ApiServices& services, const Request& request) {
  const ReadPoint point = ReadAtCheckpoint(services);
  Judged judged =
      Judge(services, {"https://" + services.resolver_host + request.target, std::nullopt}, point);
  *judged.answer.mutable_ledger() = LedgerStatusAt(services, point);
  Response response = WantsJson(request)
                          ? Answer(request, judged.answer)
                          : Response{200, "text/html; charset=utf-8", StampPage(judged.answer), {}};
  response.fields.push_back({"Vary", "Accept"});
  response.status = StatusOf(judged.code);
  return response;
}

}  // namespace

void AddStampRoutes(const ApiServices& services, Router& router) {
  GetInBackground(services, router, "/v1/verify",
                  [services](const Request& request) { return Verify(services, request); });
  GetInBackground(services, router, "/01/{link...}",
                  [services](const Request& request) { return ShowStamp(services, request); });
  router.Get("/style.css", [](const Request&) {
    return Response{
        200, "text/css; charset=utf-8", StyleSheet(), {{"Cache-Control", "public, max-age=3600"}}};
  });
}

}  // namespace sogoc::gateway
