#include "node/app/audit.h"

#include "node/app/advice.h"
#include "node/ledger/block.h"
#include "node/storage/block_store.h"
#include "node/storage/ledger_directory.h"
#include "node/storage/rocks_store.h"

namespace sogoc::app {
namespace {

using storage::Space;

// What the log alone determines, byte for byte. (Past states and tree nodes depend on what was
// pruned; the roots vouch for them.)
constexpr Space kDetermined[] = {Space::kLeaves,    Space::kLogHashes, Space::kHeaders,
                                 Space::kEntryIds,  Space::kState,     Space::kChildren,
                                 Space::kNamedFiles};

base::Error Differs(ledger::Height height, const std::string& what) {
  return base::Corrupt("block " + std::to_string(height) + ": " + what);
}

// A second store beside the first, removed at the end.
class Scratch {
 public:
  static base::Result<std::unique_ptr<Scratch>> Create(const std::filesystem::path& path,
                                                       const ledger::StagedBlock& founding) {
    TRY_STATUS(storage::SystemFiles().RemoveAll(path.string()));
    storage::RocksSettings settings;
    settings.path = path.string();
    settings.mode = storage::RocksSettings::Mode::kCreate;
    TRY(auto store, storage::OpenRocksStore(settings));
    TRY_STATUS(store->Write(storage::MakeFoundingBatch(*store, founding)));
    return std::unique_ptr<Scratch>(new Scratch(path, std::move(store)));
  }
  ~Scratch() {
    ledger_.reset();
    const base::Status removed = storage::SystemFiles().RemoveAll(path_.string());
    if (!removed) std::fprintf(stderr, "%s\n", removed.error().message.c_str());
  }

  const storage::KeyValueStore& store() const { return store_; }
  storage::LedgerStore& ledger() { return *ledger_; }

 private:
  Scratch(std::filesystem::path path, std::unique_ptr<storage::KeyValueStore> store)
      : path_(std::move(path)),
        store_(*store),
        ledger_(std::make_unique<storage::LedgerStore>(std::move(store), std::nullopt)) {}

  const std::filesystem::path path_;
  const storage::KeyValueStore& store_;
  std::unique_ptr<storage::LedgerStore> ledger_;
};

base::Result<std::vector<ledger::CheckedEntry>> ReadEntries(const storage::KeyValueStore& store,
                                                            const ledger::Header& header) {
  std::vector<ledger::CheckedEntry> entries;
  for (ledger::EntryIndex index = header.first_index; index < header.index(); ++index) {
    const auto leaf = storage::ReadLeaf(store, index);
    if (!leaf || leaf->empty() || (*leaf)[0] != ledger::kEntryLeaf) {
      return Differs(header.height, "leaf " + std::to_string(index) + " is no entry");
    }
    auto entry = ledger::DecodeEntry(base::ByteView(*leaf).subspan(1), header.version);
    if (!entry) {
      return Differs(header.height, "leaf " + std::to_string(index) + ": " + entry.error().message);
    }
    entries.push_back({std::move(*entry), std::nullopt});
  }
  return entries;
}

// Executes one stored block over the scratch state; signatures are verified on the way.
base::Status Repeat(const ledger::Header& header, std::vector<ledger::CheckedEntry> entries,
                    storage::LedgerStore& scratch) {
  const auto head = scratch.Head();
  if (header.time <= head->header.time) return Differs(header.height, "time does not grow");
  const ledger::ExecutedBlock executed = ledger::ExecuteBlock(scratch, entries, header.time);
  for (const ledger::EntryOutcome& outcome : executed.outcomes) {
    if (const auto* refusal = std::get_if<ledger::Refusal>(&outcome)) {
      return Differs(header.height, "holds an entry that the rules refuse: " + refusal->en());
    }
    if (std::holds_alternative<ledger::Repeated>(outcome)) {
      return Differs(header.height, "holds an entry a second time");
    }
  }
  if (!executed.block || !(executed.block->header == header)) {
    return Differs(header.height, "its header does not follow from its entries");
  }
  scratch.Commit(*executed.block);
  return base::Ok();
}

base::Status CompareSpace(const storage::KeyValueStore& stored,
                          const storage::KeyValueStore& repeated, Space space) {
  const auto a = stored.NewCursor(space);
  const auto b = repeated.NewCursor(space);
  a->Seek({});
  b->Seek({});
  for (; a->valid() && b->valid(); a->Next(), b->Next()) {
    if (!base::Equal(a->key(), b->key()) || !base::Equal(a->value(), b->value())) break;
  }
  if (!a->valid() && !b->valid()) return base::Ok();
  const base::ByteView key = a->valid() ? a->key() : b->key();
  return base::Corrupt("the stored value at key " + base::ToHex(key) + " of space " +
                       std::to_string(static_cast<int>(space)) + " is not what the log gives");
}

base::Result<AuditResult> AuditStore(
    const NodeDirectory& directory,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  storage::RocksSettings settings;
  settings.path = (directory.ledger() / "store").string();
  settings.mode = storage::RocksSettings::Mode::kReadOnly;
  TRY(const auto stored, storage::OpenRocksStore(settings));
  TRY_STATUS(stored->VerifyFiles([] { return true; }));

  const auto first = storage::ReadHeader(*stored, 0);
  const auto head = storage::ReadHead(*stored);
  if (!first || !head) return base::Corrupt("the store holds no ledger");
  TRY(auto founding_entries, ReadEntries(*stored, *first));
  if (founding_entries.size() != 1) return Differs(0, "not one founding entry");
  TRY(const auto founding, ledger::ExecuteFounding(founding_entries[0].entry));
  if (!(founding->header == *first)) return Differs(0, "its header does not follow from its entry");

  TRY(const auto scratch, Scratch::Create(directory.path() / "check.tmp", *founding));
  AuditResult result;
  result.entries = 1;
  for (ledger::Height height = 1; height <= head->height; ++height) {
    const auto header = storage::ReadHeader(*stored, height);
    if (!header) return Differs(height, "is missing");
    TRY(auto entries, ReadEntries(*stored, *header));
    result.entries += entries.size();
    TRY_STATUS(Repeat(*header, std::move(entries), scratch->ledger()));
    if (height % 64 == 0 || height == head->height) progress(height, head->height);
  }
  for (const Space space : kDetermined) {
    TRY_STATUS(CompareSpace(*stored, scratch->store(), space));
  }
  const auto last = scratch->ledger().Head();
  if (last->hash != head->hash) return Differs(head->height, "the head's hash differs");
  result.height = head->height;
  result.blocks = head->height + 1;
  result.signatures = result.entries;
  result.state_root = last->header.state_root;
  return result;
}

}  // namespace

base::Result<AuditResult> Audit(const NodeDirectory& directory,
                                const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  storage::LedgerOptions options;
  options.directory = directory.ledger().string();
  // First the way every start takes, anchor included; then read-only under the same lock.
  TRY(auto opened, storage::OpenLedger(options));
  opened.store.reset();
  TRY(const auto lock, storage::DirectoryLock::Acquire(options.directory));
  auto result = AuditStore(directory, progress);
  if (result || result.error().code != base::ErrorCode::kCorrupt) return result;
  return WithAdvice(result.error(), "keep " + directory.path().string() +
                                        " as evidence and restore the ledger from another copy");
}

}  // namespace sogoc::app
