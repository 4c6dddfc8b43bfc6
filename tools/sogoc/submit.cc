#include "tools/sogoc/submit.h"

#include <numeric>

#include "tools/sogoc/json.h"
#include "tools/sogoc/progress.h"
#include "tools/sogoc/text.h"

namespace sogoc::tools {
namespace {

using base::Bytes;
using base::Result;

constexpr int kAttempts = 5;                                    // with 1, 2, 4 and 8 s between them
constexpr std::size_t kRequestBytesMax = std::size_t{4} << 20;  // of entries; at least one entry
constexpr std::size_t kListedMax = 20;                          // accepted entries that are printed

bool IsUndecided(const v1::EntryResult& result) {
  return !result.has_committed() && !result.has_refused();
}

void SetError(const base::Error& error, v1::EntryResult& result) {
  result.mutable_error()->set_code(base::ErrorCodeName(error.code));
  result.mutable_error()->set_message(error.message);
}

// Sends the entries that `indices` name once; what the node says of them goes to `results`.
base::Status SendOnce(NodeClient& node, const std::vector<Bytes>& entries,
                      const std::vector<std::size_t>& indices,
                      std::vector<v1::EntryResult>& results) {
  std::vector<Bytes> sent;
  for (const std::size_t i : indices) sent.push_back(entries[i]);
  auto response = node.Submit(sent);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (response) {
      results[indices[i]].Swap(response->mutable_results(static_cast<int>(i)));
    } else {
      SetError(response.error(), results[indices[i]]);
    }
  }
  return response ? base::Ok() : base::Status(std::move(response).error());
}

// Sends entries [begin, end) until each is decided or patience ends. False: give up.
bool SendUntilDecided(Session& session, NodeClient& node, const std::vector<Bytes>& entries,
                      std::size_t begin, std::size_t end, std::vector<v1::EntryResult>& results) {
  std::vector<std::size_t> pending(end - begin);
  std::iota(pending.begin(), pending.end(), begin);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (attempt > 0) session.surroundings().sleep(std::chrono::seconds(1 << (attempt - 1)));
    const base::Status sent = SendOnce(node, entries, pending, results);
    if (!sent && sent.error().code != base::ErrorCode::kUnavailable) return false;
    std::erase_if(pending, [&](std::size_t i) { return !MayBeSentAgain(results[i]); });
    if (pending.empty()) return true;
  }
  return false;
}

std::size_t RequestEnd(const std::vector<Bytes>& entries, std::size_t begin,
                       std::size_t per_request) {
  std::size_t end = begin;
  std::size_t bytes = 0;
  while (end < entries.size() && end - begin < per_request) {
    bytes += entries[end].size();
    if (bytes > kRequestBytesMax && end > begin) break;
    ++end;
  }
  return end;
}

std::string Finality(const v1::CommittedEntry& entry) {
  if (entry.final()) return "chung cuộc / final";
  return "chưa chung cuộc / not yet final (" + std::to_string(entry.cosigned()) + " of " +
         std::to_string(entry.cosigners_known()) + ")";
}

void PrintCommitted(Session& session, const v1::EntryResult& result) {
  const v1::CommittedEntry& entry = result.committed();
  session.out() << (entry.repeated_entry() ? "Đã có trong sổ từ trước / stood in the ledger already"
                                           : "Đã ghi vào sổ / recorded")
                << ": " << result.id() << "\n  index " << entry.index() << ", height "
                << entry.height() << ", " << entry.time() << ", " << Finality(entry) << "\n";
}

void PrintRefused(Session& session, const v1::EntryResult& result) {
  const v1::RefusedEntry& refusal = result.refused();
  session.err() << "Bị từ chối / refused: " << refusal.number() << " " << refusal.name()
                << (refusal.rule().empty() ? "" : " (" + refusal.rule() + ")") << ", entry "
                << result.id() << "\n  " << Printable(refusal.vi()) << "\n  "
                << Printable(refusal.en()) << "\n";
}

void PrintUndecided(Session& session, const v1::EntryResult& result) {
  session.err() << "Chưa rõ kết quả / undecided: " << (result.id().empty() ? "entry" : result.id())
                << ": " << result.error().code() << ": " << Printable(result.error().message())
                << "\n";
}

void PrintAll(Session& session, const std::vector<v1::EntryResult>& results) {
  std::size_t undecided = 0;
  std::size_t refused = 0;
  for (const v1::EntryResult& result : results) {
    if (result.has_committed()) {
      if (results.size() <= kListedMax) PrintCommitted(session, result);
    } else if (result.has_refused()) {
      ++refused;
      PrintRefused(session, result);
    } else if (++undecided <= kListedMax) {
      PrintUndecided(session, result);
    }
  }
  if (results.size() > 1) {
    session.out() << results.size() - refused - undecided << " recorded, " << refused
                  << " refused, " << undecided << " undecided\n";
  }
}

}  // namespace

bool MayBeSentAgain(const v1::EntryResult& result) {
  return IsUndecided(result) &&
         result.error().code() != base::ErrorCodeName(base::ErrorCode::kInvalidArgument);
}

std::vector<v1::EntryResult> SubmitEntries(Session& session, const std::vector<Bytes>& entries,
                                           std::size_t per_request) {
  std::vector<v1::EntryResult> results(entries.size());
  for (v1::EntryResult& result : results) SetError(base::Unavailable("not sent"), result);
  auto node = session.Node();
  if (!node) {
    for (v1::EntryResult& result : results) SetError(node.error(), result);
    return results;
  }
  Progress progress(session.surroundings(), "entries", entries.size());
  for (std::size_t begin = 0; begin < entries.size();) {
    const std::size_t end = RequestEnd(entries, begin, per_request);
    if (!SendUntilDecided(session, **node, entries, begin, end, results)) break;
    progress.Set(end);
    begin = end;
  }
  return results;
}

Exit ReportResults(Session& session, const std::vector<v1::EntryResult>& results) {
  if (session.options().json) {
    v1::SubmitResponse all;
    for (const v1::EntryResult& result : results) *all.add_results() = result;
    session.out() << JsonText(all, /*all=*/true);
  } else {
    PrintAll(session, results);
  }
  Exit exit = Exit::kDone;
  for (const v1::EntryResult& result : results) {
    if (IsUndecided(result)) return Exit::kFailed;
    if (result.has_refused()) exit = Exit::kRefused;
  }
  return exit;
}

}  // namespace sogoc::tools
