#include "node/app/ledger_setup.h"

#include <memory>

#include "node/app/advice.h"
#include "node/app/own_ledger.h"
#include "node/app/replication.h"
#include "node/ledger/limits.h"
#include "node/ledger/records.h"
#include "node/storage/files.h"

namespace sogoc::app {
namespace {

constexpr std::size_t kConfigBytesMax = 1 << 20;

base::Result<std::shared_ptr<const ledger::StagedBlock>> ReadFounding(
    const std::filesystem::path& path) {
  const auto read = [&]() -> base::Result<std::shared_ptr<const ledger::StagedBlock>> {
    TRY(const base::Bytes bytes,
        storage::SystemFiles().Read(path.string(), ledger::kSignedEntryBytesMax));
    TRY(const ledger::Entry entry, ledger::DecodeEntry(bytes, ledger::kFoundingRulesVersion));
    return ledger::ExecuteFounding(entry);
  };
  auto block = read();
  if (block) return block;
  return WithAdvice({block.error().code, path.string() + ": " + block.error().message},
                    "sogoc found makes a founding entry");
}

}  // namespace

base::Result<FoundedLedger> FoundLedger(const NodeDirectory& directory, const Config& config,
                                        const std::filesystem::path& founding_entry) {
  if (std::filesystem::exists(directory.ledger())) {
    return base::FailedPrecondition(directory.ledger().string() +
                                    " holds a ledger already: sogoc-node run serves it");
  }
  TRY(const auto block, ReadFounding(founding_entry));
  const auto memory = storage::LedgerStore::CreateInMemory(*block);
  TRY(const auto log_key, directory.ReadKey(config, "log"));
  TRY(const auto cosigner_key, directory.ReadKey(config, "cosigner"));
  const base::Status own =
      CheckOwnKeys(*memory, config.name, log_key.public_key(), cosigner_key.public_key());
  if (!own && !config.engine) return own.error();
  FoundedLedger founded;
  founded.ledger_id = memory->ledger_id();
  founded.origin = ledger::Load<ledger::LedgerRecord>(*memory, ledger::LedgerKey())->origin;
  if (config.engine) {
    TRY(founded.genesis_sha256, EngineGenesisHash(directory, config, *memory));
  }
  TRY_STATUS(storage::CreateLedger(StoreOptions(directory, config), *block));
  return founded;
}

base::Result<base::Digest> MigrateToEngine(const NodeDirectory& directory, const Config& config) {
  TRY(const Config present, ReadConfig(directory.config()));
  if (present.engine) {
    return base::FailedPrecondition(directory.config().string() + " has an [engine] already");
  }
  TRY(const auto opened, storage::OpenLedger(StoreOptions(directory, present)));
  TRY(const auto log_key, directory.ReadKey(config, "log"));
  TRY(const auto cosigner_key, directory.ReadKey(config, "cosigner"));
  TRY_STATUS(
      CheckOwnKeys(*opened.store, config.name, log_key.public_key(), cosigner_key.public_key()));
  TRY_STATUS(CheckEngineFiles(directory, config, *opened.store));
  TRY(const base::Digest genesis, EngineGenesisHash(directory, config, *opened.store));
  TRY(const base::Bytes text,
      storage::SystemFiles().Read(directory.config().string(), kConfigBytesMax));
  TRY_STATUS(storage::WriteFileDurably(storage::SystemFiles(), directory.config().string(),
                                       base::AsBytes(base::ToText(text) + FormatNetwork(config))));
  return genesis;
}

}  // namespace sogoc::app
