#include "tools/sogoc/entry_commands.h"

#include "crypto/sha256.h"
#include "node/ledger/block.h"
#include "tools/sogoc/delivery.h"
#include "tools/sogoc/entry_file.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/key_commands.h"
#include "tools/sogoc/operation_flags.h"
#include "tools/sogoc/show.h"
#include "tools/sogoc/submit.h"

namespace sogoc::tools {
namespace {

using base::Result;

Result<Exit> RunOperation(const OperationRow& row, Session& session, const FlagValues& values) {
  BuildContext context;
  context.now = session.Now();
  context.read_new_key = [&](const std::string& file, const std::string& organisation,
                             bool manages_keys) -> Result<v1::NewKey> {
    TRY(const base::Digest ledger_id, session.LedgerId());
    std::string owner = organisation;
    if (owner.empty()) {
      TRY(owner, session.Author());
    }
    return ReadNewKey(file, values.Get("new-key-passphrase-file"), ledger_id, owner, manages_keys);
  };
  TRY(const v1::Operation operation, BuildOperation(row, values, context));
  return Deliver(session, {operation});
}

Result<Exit> RunSign(Session& session, const FlagValues& values) {
  v1::EntryBody body;
  for (const std::string& file : values.All("from")) {
    TRY_STATUS(ReadJsonMessage(file, body));
  }
  if (body.operations_size() == 0) return base::InvalidArgument("the files hold no operations");
  return Deliver(session, {body.operations().begin(), body.operations().end()});
}

Result<Exit> RunShow(Session& session, const FlagValues& values) {
  for (const std::string& file : values.All("file")) {
    TRY(const std::vector<base::Bytes> entries, ReadEntryFile(file));
    for (const base::Bytes& bytes : entries) {
      TRY(const ledger::Entry entry, ledger::DecodeEntry(bytes, ledger::kRulesVersion));
      if (session.options().json) {
        session.out() << JsonText(entry.body, /*all=*/false);
        continue;
      }
      session.out() << "entry id: " << base::ToHex(entry.id) << "\n";
      if (entry.body.operations_size() == 1 && entry.body.operations(0).has_found()) {
        session.out() << "ledger id: " << base::ToHex(crypto::Sha256(entry.Leaf())) << "\n";
      }
      session.out() << "signed by key: " << base::ToHex(entry.key_id) << "\n"
                    << DrawMessage(entry.body);
    }
  }
  return Exit::kDone;
}

Result<Exit> RunSubmit(Session& session, const FlagValues& values) {
  std::vector<base::Bytes> entries;
  for (const std::string& file : values.All("file")) {
    TRY(const std::vector<base::Bytes> more, ReadEntryFile(file));
    entries.insert(entries.end(), more.begin(), more.end());
  }
  const auto results = SubmitEntries(session, entries, kEntriesPerRequestMax);
  const Exit exit = ReportResults(session, results);
  if (exit == Exit::kFailed) {
    session.err() << "Hãy chạy lại lệnh này khi có mạng: mỗi bản ghi chỉ được tính một lần.\n"
                  << "Run the same command again when the node answers: an entry counts once.\n";
  }
  return exit;
}

}  // namespace

std::vector<Command> OperationCommands() {
  std::vector<Command> commands;
  for (const OperationRow& row : OperationRows()) {
    commands.push_back({row.path, row.help, row.example, OperationFlags(row),
                        [&row](Session& session, const FlagValues& values) {
                          return RunOperation(row, session, values);
                        }});
  }
  return commands;
}

std::vector<Command> EntryCommands() {
  return {
      {"entry sign",
       "Sign the operations of JSON files (v1.EntryBody; only `operations` is used) as one entry",
       "--from operations.json",
       {{"from", FlagKind::kList, "FILE", "what --dry-run prints, for example", /*required=*/true}},
       RunSign},
      {"entry show",
       "Show signed entries of files: what they say, and of a founding entry the ledger's id",
       "founding.entry\nbatch.entry --json",
       {{"file", FlagKind::kPositionalList, "FILE...", "files of signed entries",
         /*required=*/true}},
       RunShow},
      {"entry submit",
       "Send signed entries: files that --out wrote, or JSON lines of v1.SignedEntry",
       "batch.entry\n*.entry",
       {{"file", FlagKind::kPositionalList, "FILE...", "files of signed entries",
         /*required=*/true}},
       RunSubmit},
  };
}

}  // namespace sogoc::tools
