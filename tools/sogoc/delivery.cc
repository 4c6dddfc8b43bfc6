#include "tools/sogoc/delivery.h"

#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "tools/sogoc/entry_file.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/submit.h"

namespace sogoc::tools {
namespace {

using base::Bytes;
using base::Result;

Result<Exit> PrintBodies(Session& session, const std::vector<v1::EntryBody>& bodies) {
  for (const v1::EntryBody& body : bodies) session.out() << JsonText(body, /*all=*/false);
  return Exit::kDone;
}

std::string NotAfterText(Session& session, std::uint64_t not_after) {
  const std::uint64_t hours = (not_after - session.Now() / base::kNsPerSecond) / 3'600;
  return base::FormatTimeIso(not_after * base::kNsPerSecond) + " (" +
         (hours < 48 ? std::to_string(hours) + " hours" : std::to_string(hours / 24) + " days") +
         ")";
}

Result<Exit> WriteEntries(Session& session, const std::vector<Bytes>& entries,
                          std::uint64_t not_after) {
  const std::string& path = session.options().out;
  TRY_STATUS(WriteEntryFile(path, entries));
  session.err() << path << ": " << entries.size() << " signed, not sent. Valid until "
                << NotAfterText(session, not_after) << ": send it with `sogoc entry submit " << path
                << "`\n";
  return Exit::kDone;
}

// Keeps the entries that the node did not answer to.
base::Status Keep(Session& session, const std::vector<Bytes>& entries) {
  TRY(const ledger::Entry first, ledger::DecodeEntry(entries.front(), ledger::kRulesVersion));
  const std::string path = "sogoc-" + base::ToHex(base::ByteView(first.id).first(8)) + ".entry";
  TRY_STATUS(WriteEntryFile(path, entries));
  session.err() << "Đã giữ trong tệp " << path << ". Đừng lập lại: hãy gửi tệp này khi có mạng.\n"
                << "Kept in " << path << ". Do not state it again: run `sogoc entry submit " << path
                << "` when the node answers; an entry counts once.\n";
  return base::Ok();
}

Result<std::vector<Bytes>> SignAll(Session& session, const std::vector<v1::EntryBody>& bodies) {
  TRY(const crypto::P256PrivateKey* key, session.Key());
  std::vector<Bytes> entries;
  for (const v1::EntryBody& body : bodies) {
    TRY(Bytes entry, SignBody(body, *key));
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Sends in order, one by one, until one is not recorded.
Result<Exit> Send(Session& session, const std::vector<Bytes>& entries) {
  std::vector<v1::EntryResult> results;
  for (const Bytes& entry : entries) {
    results.push_back(SubmitEntries(session, {entry}, 1).front());
    if (!results.back().has_committed()) break;
  }
  const Exit exit = ReportResults(session, results);
  const v1::EntryResult& last = results.back();
  if (!last.has_committed() && MayBeSentAgain(last)) {
    const auto from = entries.begin() + static_cast<std::ptrdiff_t>(results.size() - 1);
    TRY_STATUS(Keep(session, {from, entries.end()}));
  } else if (results.size() < entries.size()) {
    session.err() << entries.size() - results.size()
                  << " further entries were not sent: they rest on this one\n";
  }
  return exit;
}

}  // namespace

Result<Exit> Deliver(Session& session, const std::vector<v1::Operation>& operations) {
  return DeliverInOrder(session, {operations});
}

Result<Exit> DeliverInOrder(Session& session,
                            const std::vector<std::vector<v1::Operation>>& entries) {
  const Options& options = session.options();
  EntryEnvelope envelope;
  TRY(envelope.author, session.Author());
  TRY(envelope.not_after, session.NotAfter());
  const bool asks = !options.dry_run || !options.ledger_id.empty();
  if (asks) {
    TRY(envelope.ledger_id, session.LedgerId());
  }
  std::vector<v1::EntryBody> bodies;
  for (const auto& operations : entries) {
    bodies.push_back(MakeBody(envelope, operations));
    if (!asks) bodies.back().clear_ledger_id();
  }
  if (options.dry_run) return PrintBodies(session, bodies);

  TRY(const std::vector<Bytes> signed_entries, SignAll(session, bodies));
  if (!options.out.empty()) return WriteEntries(session, signed_entries, envelope.not_after);
  if (!options.valid_for.empty()) {
    session.err() << "valid until " << NotAfterText(session, envelope.not_after) << "\n";
  }
  return Send(session, signed_entries);
}

}  // namespace sogoc::tools
