#include "tools/sogoc/blob_commands.h"

#include "crypto/sha256.h"
#include "node/base/bytes.h"
#include "node/storage/blob_store.h"
#include "node/storage/files.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/node_client.h"
#include "tools/sogoc/session.h"

namespace sogoc::tools {
namespace {

using base::Result;

// All of it is plain: hexadecimal digits, a number, fixed words.
std::string JsonOf(const base::Digest& hash, std::size_t size, const char* outcome) {
  return "{\"sha256\": \"" + base::ToHex(hash) + "\", \"size\": " + std::to_string(size) +
         ", \"outcome\": \"" + outcome + "\"}\n";
}

Result<Exit> Put(Session& session, const FlagValues& values) {
  TRY(const std::string bytes, ReadFile(values.Get("file"), storage::kBlobBytesMax));
  if (bytes.empty()) return base::InvalidArgument(values.Get("file") + " is empty");
  const base::Digest hash = crypto::Sha256(base::AsBytes(bytes));
  const char* outcome = "not sent";
  if (!session.options().dry_run) {
    TRY(NodeClient * node, session.Node());
    TRY(const bool is_new, node->PutBlob(hash, bytes));
    outcome = is_new ? "stored" : "had it already";
  }
  session.out() << (session.options().json ? JsonOf(hash, bytes.size(), outcome)
                                           : base::ToHex(hash) + "  " + outcome + "\n");
  return Exit::kDone;
}

Result<Exit> Get(Session& session, const FlagValues& values) {
  const auto hash = base::DigestFromHex(values.Get("hash"));
  if (!hash) return base::InvalidArgument("a file's name is its SHA-256, 64 hexadecimal digits");
  const std::string& path = session.options().out;
  if (path.empty()) return base::InvalidArgument("say where the file goes: --out FILE");
  TRY(NodeClient * node, session.Node());
  TRY(const std::string bytes, node->GetBlob(*hash));
  TRY_STATUS(storage::WriteFileDurably(storage::SystemFiles(), path, base::AsBytes(bytes)));
  session.out() << (session.options().json
                        ? JsonOf(*hash, bytes.size(), "written")
                        : path + ": " + std::to_string(bytes.size()) + " bytes\n");
  return Exit::kDone;
}

}  // namespace

std::vector<Command> BlobCommands() {
  return {
      {"blob put",
       "Upload a file whose SHA-256 an entry names; every peer then has it",
       "com-so.jpg\nbien-ban.pdf --json",
       {{"file", FlagKind::kPositional, "FILE", "at most 4 MiB", true}},
       Put},
      {"blob get",
       "Fetch a file by its SHA-256 and check it",
       "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 --out com-so.jpg",
       {{"hash", FlagKind::kPositional, "SHA256", "as the ledger names it", true}},
       Get},
  };
}

}  // namespace sogoc::tools
