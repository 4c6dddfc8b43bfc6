#include <google/protobuf/util/json_util.h>

#include <charconv>
#include <map>

#include "node/gateway/api_common.h"
#include "node/gateway/views.h"
#include "node/ledger/entry.h"
#include "node/ledger/limits.h"

namespace sogoc::gateway {
namespace {

constexpr std::size_t kSubmitBytesMax = 8 << 20;
constexpr int kSubmitEntriesMax = 1'000;

std::optional<v1::SubmitRequest> ParseSubmit(const Request& request) {
  v1::SubmitRequest submit;
  const std::string_view type = request.Header("Content-Type");
  bool parsed = false;
  if (type.starts_with(kProtobuf)) {
    parsed = submit.ParseFromString(request.body);
  } else if (type.starts_with(kJson)) {
    parsed = google::protobuf::util::JsonStringToMessage(request.body, &submit).ok();
  }
  if (!parsed || submit.entries().empty() || submit.entries_size() > kSubmitEntriesMax) {
    return std::nullopt;
  }
  return submit;
}

using Standings = std::map<ledger::Height, peer::Standing>;

v1::EntryResult ResultOf(const consensus::SubmittedAnswer& answer, const Standings& standings) {
  v1::EntryResult out;
  if (const auto* committed = std::get_if<consensus::Committed>(&answer.answer)) {
    v1::CommittedEntry* view = out.mutable_committed();
    view->set_index(committed->index);
    view->set_height(committed->height);
    view->set_header_hash(base::ToHex(committed->header_hash));
    view->set_time(base::FormatTimeIso(committed->time));
    view->set_repeated_entry(committed->repeated);
    SetStanding(standings.at(committed->height), *view);
  } else if (const auto* refusal = std::get_if<ledger::Refusal>(&answer.answer)) {
    *out.mutable_refused() = View(*refusal);
  } else {
    const auto& error = std::get<base::Error>(answer.answer);
    out.mutable_error()->set_code(base::ErrorCodeName(error.code));
    out.mutable_error()->set_message(error.message);
  }
  if (answer.id != base::Digest{}) out.set_id(base::ToHex(answer.id));
  return out;
}

Response Busy(const std::string& why) {
  Response response = Problem(503, why);
  response.fields.push_back({"Retry-After", "1"});
  return response;
}

// 0 if nothing was committed.
ledger::Height HighestOf(const std::vector<consensus::SubmittedAnswer>& answers) {
  ledger::Height height = 0;
  for (const auto& answer : answers) {
    const auto* committed = std::get_if<consensus::Committed>(&answer.answer);
    if (committed != nullptr) height = std::max(height, committed->height);
  }
  return height;
}

void Finish(const ApiServices& services, const Request& request, const Respond& respond,
            const std::vector<consensus::SubmittedAnswer>& answers) {
  Standings standings;
  for (const auto& answer : answers) {
    const auto* committed = std::get_if<consensus::Committed>(&answer.answer);
    if (committed == nullptr || standings.contains(committed->height)) continue;
    standings[committed->height] = services.cosigner.StandingOf(committed->height);
  }
  v1::SubmitResponse out;
  for (const auto& answer : answers) *out.add_results() = ResultOf(answer, standings);
  respond(Answer(request, out));
}

// An answer leaves when the entries are durable here; with ?wait=final, or where this peer alone is
// a quorum, when a checkpoint with a quorum covers them, so that whoever reads next sees what he
// wrote (docs/adr/001, 004).
void Submit(const ApiServices& services, Request request, Respond respond) {
  const auto wait = request.Query("wait");
  if (wait && *wait != "final") {
    respond(Problem(400, "wait can only be final"));
    return;
  }
  const auto submit = ParseSubmit(request);
  if (!submit) {
    respond(
        Problem(400,
                "The body must be a SubmitRequest with 1 to 1000 entries, as application/json or "
                "application/x-protobuf"));
    return;
  }
  std::vector<base::Bytes> entries;
  for (const std::string& entry : submit->entries()) {
    entries.push_back(base::ToBytes(base::AsBytes(entry)));
  }
  // The answer needs of the request only its header fields.
  request.body.clear();
  const base::Status taken = services.orderer.Submit(
      std::move(entries), [&services, request, respond, wait = wait.has_value()](
                              std::vector<consensus::SubmittedAnswer> answers) {
        const ledger::Height height = HighestOf(answers);
        if (height == 0 || (!wait && !services.cosigner.IsQuorumAlone())) {
          Finish(services, request, respond, answers);
          return;
        }
        services.cosigner.AwaitFinal(height, services.final_wait,
                                     [&services, request, respond, answers = std::move(answers)](
                                         bool) { Finish(services, request, respond, answers); });
      });
  if (!taken) respond(Busy(taken.error().message));
}

// What stands at `index`, and how far the peers stand behind it; 404 beyond this node's log.
Response ShowLeaf(const ApiServices& services, const Request& request, ledger::EntryIndex index) {
  if (index >= services.store.Head()->log.size()) {
    return Problem(404, "There is no such entry in the log");
  }
  const base::Bytes leaf = services.store.Leaf(index);
  if (request.Header("Accept").find("application/octet-stream") != std::string_view::npos) {
    return {200, "application/octet-stream", base::ToText(leaf), {}};
  }
  const ledger::Header header = services.store.HeaderOver(index);
  v1::LogEntry out;
  out.set_index(index);
  out.set_leaf(base::ToText(leaf));
  out.set_height(header.height);
  out.set_time(base::FormatTimeIso(header.time));
  SetStanding(services.cosigner.StandingOf(header.height), out);
  if (leaf[0] == ledger::kHeaderLeaf) {
    out.set_type("header");
    out.set_header_hash(base::ToHex(ledger::HeaderHash(header)));
    return Answer(request, out);
  }
  const auto entry = ledger::DecodeEntry(base::ByteView(leaf).subspan(1), header.version);
  if (!entry) return Problem(500, "The stored entry cannot be read");
  out.set_type("entry");
  out.set_id(base::ToHex(entry->id));
  out.set_key_id(base::ToHex(entry->key_id));
  *out.mutable_body() = entry->body;
  return Answer(request, out);
}

std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void AddEntryRoutes(const ApiServices& services, Router& router) {
  router.Add(Method::kPost, "/v1/entries", kSubmitBytesMax,
             [services](Request request, Respond respond) {
               Submit(services, std::move(request), std::move(respond));
             });
  GetInBackground(services, router, "/v1/entries/{id}", [services](const Request& request) {
    const auto id = base::DigestFromHex(request.Capture("id"));
    if (!id) return Problem(400, "An entry id has 64 hexadecimal digits");
    const auto index = services.store.FindEntry(*id);
    if (!index) return Problem(404, "There is no entry with this id");
    return ShowLeaf(services, request, *index);
  });
  GetInBackground(services, router, "/v1/log/{index}", [services](const Request& request) {
    const auto index = ParseNumber(request.Capture("index"));
    if (!index) return Problem(400, "An index is a decimal number");
    return ShowLeaf(services, request, *index);
  });
}

}  // namespace sogoc::gateway
