#include "tools/sogoc/labels_issue.h"

#include <algorithm>

#include "crypto/key_file.h"
#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "node/ledger/refusal.h"
#include "node/storage/files.h"
#include "tools/sogoc/entry_file.h"
#include "tools/sogoc/progress.h"
#include "tools/sogoc/stamp_file.h"
#include "tools/sogoc/submit.h"
#include "tools/sogoc/values.h"

namespace sogoc::tools {
namespace {

using base::Result;
using base::Status;

constexpr const char* kRunLost =
    "dải tem đã có khóa trên sổ, mà thư mục này không có tem của nó. Nếu tem đã mất: hủy dải tem "
    "(sogoc labels except --kind void --range ĐẦU-CUỐI) và xin văn phòng cấp dải khác.\n"
    "the run has its stamp key on the ledger, but this folder holds no stamps of it. If they are "
    "lost, void the run (sogoc labels except --kind void --range FIRST-LAST) and ask the office "
    "for another one";

// A node shows what a quorum has cosigned, which may be a little behind.
constexpr const char* kNotShownYet =
    "nút chưa cho thấy khóa của dải tem: giữ thư mục, chạy lại lệnh này sau ít phút.\n"
    "the node does not show the run's stamp key yet: keep the folder and run the same command "
    "again in a few minutes";

// One issue of stamps; what it was told, what the ledger says, where its files are.
class Issue {
 public:
  Issue(Session& session, const FlagValues& values)
      : session_(session),
        values_(values),
        folder_(values.Get("out")),
        stamps_(folder_ + "/stamps.csv"),
        unfinished_(folder_ + "/stamps.csv.part"),
        entry_(folder_ + "/set-run-keys.entry") {}

  Result<Exit> Run() {
    TRY_STATUS(LoadRun());
    if (session_.options().dry_run) return PrintPlan();
    TRY_STATUS(files_.CreateDirectory(folder_));
    Exit exit = Exit::kDone;
    if (!files_.Exists(stamps_)) {
      TRY(exit, files_.Exists(entry_) ? GoOn() : Begin());
    }
    if (exit != Exit::kDone) return exit;
    if (view_.stamp_key().empty()) return base::Unavailable(kNotShownYet);
    TRY_STATUS(CheckStamps(run_, Key(view_.stamp_key()), stamps_));
    PrintDone();
    TRY_STATUS(DrawPictures());
    return Exit::kDone;
  }

 private:
  // What the ledger says of the run, and whether stamps can be made of it.
  Status LoadRun() {
    TRY(run_.gtin, ParseGtin(values_.Get("gtin")));
    TRY(run_.first, ParseWhole(values_.Get("first")));
    TRY(run_.ledger_id, session_.LedgerId());
    TRY_STATUS(LoadView());
    run_.lot = view_.lot();
    run_.count = view_.count();
    if (view_.scratch()) {
      return base::InvalidArgument(
          "the run has a scratch layer; this program makes stamps without");
    }
    return ChooseHost();
  }

  Status LoadView() {
    TRY(NodeClient * node, session_.Node());
    return node->Get("/v1/label-runs/" + run_.gtin + "/" + std::to_string(run_.first), view_);
  }

  Status ChooseHost() {
    TRY(NodeClient * node, session_.Node());
    TRY(const v1::LedgerStatus status, node->Ledger());
    const auto& hosts = status.resolvers();
    run_.host = values_.Get("host");
    if (run_.host.empty() && hosts.size() == 1) run_.host = hosts[0];
    if (std::find(hosts.begin(), hosts.end(), run_.host) != hosts.end()) return base::Ok();
    std::string known;
    for (const std::string& host : hosts) known += " " + host;
    return base::InvalidArgument(
        hosts.empty() ? "this node serves no resolver of the ledger: the office records it with "
                        "`sogoc resolver record`, or ask another node with --node"
                      : "--host must be one that this node serves and the ledger records:" + known);
  }

  // Nothing stands in the folder yet, or only stamps that no entry was signed for.
  Result<Exit> Begin() {
    const std::string keep = values_.Get("keep-stamp-key");
    const bool kept = !keep.empty() && files_.Exists(keep);
    if (!view_.stamp_key().empty() && !kept) return base::FailedPrecondition(kRunLost);
    TRY_STATUS(OpenOwnKey());
    TRY(const crypto::P256PrivateKey key, StampKey(keep, kept));
    const bool keyed = !view_.stamp_key().empty();
    if (keyed && Key(view_.stamp_key()) != key.public_key()) {
      return base::FailedPrecondition(keep + " is not the stamp key of this run");
    }
    {
      Progress progress(session_.surroundings(), "stamps", run_.count);
      TRY_STATUS(WriteStamps(run_, key, unfinished_, [&](std::uint64_t n) { progress.Set(n); }));
    }
    if (keyed) return Publish(key.public_key());
    return SetKeys(key.public_key());
  }

  // Stamps are complete and an entry was signed; whether it was recorded is not known.
  Result<Exit> GoOn() {
    TRY(const auto entries, ReadEntryFile(entry_));
    TRY(const ledger::Entry entry, ledger::DecodeEntry(entries.front(), ledger::kRulesVersion));
    const crypto::P256PublicKey key =
        Key(base::ToHex(base::AsBytes(entry.body.operations(0).set_run_keys().stamp_key())));
    TRY_STATUS(CheckStamps(run_, key, unfinished_));
    session_.err() << "going on with the stamps that are in " << folder_ << "\n";
    if (view_.stamp_key() == base::ToHex(key)) return Publish(key);
    if (!view_.stamp_key().empty()) {
      TRY_STATUS(Discard());
      return base::FailedPrecondition(kRunLost);
    }
    TRY_STATUS(OpenOwnKey());
    return SetKeys(key);
  }

  // The producer's key, before any work is done for nothing.
  Status OpenOwnKey() {
    TRY_STATUS(session_.Author());
    TRY_STATUS(session_.Key());
    return base::Ok();
  }

  Result<crypto::P256PrivateKey> StampKey(const std::string& keep, bool kept) {
    const std::string passphrase_file = values_.Get("stamp-passphrase-file");
    if (kept) return ReadKey(keep, passphrase_file);
    auto key = crypto::P256PrivateKey::Generate();
    if (!keep.empty()) {
      TRY(const crypto::SecretString passphrase,
          AskPassphrase(passphrase_file, "New passphrase of " + keep, /*twice=*/true));
      TRY_STATUS(crypto::WriteKeyFile(keep, key, passphrase));
    }
    return key;
  }

  Result<Exit> SetKeys(const crypto::P256PublicKey& stamp_key) {
    v1::Operation operation;
    v1::SetRunKeys& keys = *operation.mutable_set_run_keys();
    keys.set_gtin(run_.gtin);
    keys.set_first(run_.first);
    keys.set_stamp_key(base::ToText(stamp_key));
    TRY(const std::string author, session_.Author());
    TRY(const std::uint64_t not_after, session_.NotAfter());
    TRY(const crypto::P256PrivateKey* own, session_.Key());
    TRY(const base::Bytes entry,
        SignBody(MakeBody({run_.ledger_id, author, not_after}, {operation}), *own));
    TRY_STATUS(WriteEntryFile(entry_, {entry}));

    const auto results = SubmitEntries(session_, {entry}, 1);
    if (results.front().has_committed()) return Publish(stamp_key);
    if (results.front().has_refused()) {
      // An earlier entry with the same key may have been recorded after all.
      TRY_STATUS(LoadView());
      if (view_.stamp_key() == base::ToHex(stamp_key)) return Publish(stamp_key);
      const bool keyed =
          results.front().refused().number() == static_cast<int>(ledger::RefusalCode::kKeysSet);
      if (keyed && view_.stamp_key().empty()) return base::Unavailable(kNotShownYet);
      TRY_STATUS(Discard());
    }
    const Exit exit = ReportResults(session_, results);
    if (exit == Exit::kFailed) {
      session_.err() << "Tem đã làm xong nhưng chưa rõ sổ đã ghi khóa chưa. Giữ thư mục " << folder_
                     << " và chạy lại lệnh này.\n"
                     << "The stamps are made, but it is not known whether the ledger has their "
                        "key. Keep the folder "
                     << folder_ << " and run the same command again.\n";
    }
    return exit;
  }

  // The key is on the ledger: the stamps get their name.
  Result<Exit> Publish(const crypto::P256PublicKey& stamp_key) {
    TRY_STATUS(files_.Rename(unfinished_, stamps_));
    TRY_STATUS(files_.SyncDirectory(folder_));
    TRY_STATUS(files_.RemoveAll(entry_));
    view_.set_stamp_key(base::ToHex(stamp_key));
    return Exit::kDone;
  }

  Status Discard() {
    TRY_STATUS(files_.RemoveAll(unfinished_));
    return files_.RemoveAll(entry_);
  }

  Status DrawPictures() {
    PictureOptions options;
    options.png = values_.Has("png");
    options.svg = values_.Has("svg");
    if (values_.Has("limit")) {
      TRY(options.limit, ParseWhole(values_.Get("limit")));
    }
    if (!options.png && !options.svg) return base::Ok();
    const std::uint64_t total =
        options.limit == 0 ? run_.count : std::min(options.limit, run_.count);
    Progress progress(session_.surroundings(), "pictures", total);
    return DrawStamps(stamps_, folder_, options, [&](std::uint64_t n) { progress.Set(n); });
  }

  Result<Exit> PrintPlan() {
    session_.out() << "run " << run_.gtin << " " << run_.first << ": " << run_.count
                   << " stamps of lot " << run_.lot << " for " << run_.host << " into " << stamps_
                   << "\n";
    return Exit::kDone;
  }

  void PrintDone() {
    if (session_.options().json) {
      session_.out() << "{\"stamps\": \"" << stamps_ << "\", \"count\": " << run_.count
                     << ", \"stamp_key\": \"" << view_.stamp_key() << "\"}\n";
    } else {
      session_.out() << stamps_ << ": " << run_.count << " stamps of lot " << run_.lot
                     << ", serials " << run_.first << " to " << run_.first + run_.count - 1
                     << ", for " << run_.host << "\n";
    }
  }

  // All zero, which is no key, if `hex` is not one.
  static crypto::P256PublicKey Key(const std::string& hex) {
    crypto::P256PublicKey key{};
    const auto bytes = base::FromHex(hex);
    if (bytes && bytes->size() == key.size()) std::copy(bytes->begin(), bytes->end(), key.begin());
    return key;
  }

  Session& session_;
  const FlagValues& values_;
  storage::FileSystem& files_ = storage::SystemFiles();
  const std::string folder_;
  const std::string stamps_;
  const std::string unfinished_;
  const std::string entry_;
  StampRun run_;
  v1::LabelRunView view_;
};

}  // namespace

std::vector<Command> LabelsIssueCommands() {
  return {
      {"labels issue",
       "Make the stamps of an authorised run: its stamp key, their file, their codes",
       "--gtin 8935000000014 --first 1 --out stamps-1\n"
       "--gtin 8935000000014 --first 1 --out stamps-1 --png --limit 20",
       {{"gtin", FlagKind::kValue, "GTIN", "GTIN of the product", /*required=*/true},
        {"first", FlagKind::kValue, "NUMBER", "first serial of the run", /*required=*/true},
        {"out", FlagKind::kValue, "FOLDER", "where stamps.csv and the pictures go",
         /*required=*/true},
        {"host", FlagKind::kValue, "HOST", "resolver in the stamps [the ledger's only one]"},
        {"png", FlagKind::kSwitch, "", "draw the codes as PNG"},
        {"svg", FlagKind::kSwitch, "", "draw the codes as SVG"},
        {"limit", FlagKind::kValue, "NUMBER", "draw only the first so many"},
        {"keep-stamp-key", FlagKind::kValue, "FILE",
         "keep the stamp key there, encrypted; an existing one is used again"},
        {"stamp-passphrase-file", FlagKind::kValue, "FILE",
         "its passphrase [asked at the terminal]"}},
       [](Session& session, const FlagValues& values) { return Issue(session, values).Run(); }}};
}

}  // namespace sogoc::tools
