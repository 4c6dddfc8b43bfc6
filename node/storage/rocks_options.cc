#include "node/storage/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <array>

#include "node/storage/fail_stop.h"

namespace sogoc::storage {
namespace {

struct Family {
  const char* name;
  bool is_hashes = false;         // nothing that could be compressed
  bool is_mostly_missed = false;  // mostly asked for what it does not hold
};

// In the order of Space.
constexpr std::array<Family, kSpaceCount> kFamilies = {{{"meta"},
                                                        {"leaves"},
                                                        {"log_hashes", true},
                                                        {"headers"},
                                                        {"entry_ids", true, true},
                                                        {"state"},
                                                        {"state_history"},
                                                        {"state_nodes", true},
                                                        {"stale", true},
                                                        {"children"},
                                                        {"named_files", true}}};

// A write, flush or compaction that failed has left RocksDB read-only; going on would only hide it.
class WriteErrors final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (status->IsShutdownInProgress()) return;  // a flush that closing the store cut short
    FailStop("store: " + status->ToString());
  }
};

// RocksDB's own log goes nowhere: statuses tell what failed, and a file of its own would be written
// to even by a read-only open.
class NoLog final : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

RocksOptions::RocksOptions(const RocksSettings& settings) {
  if (settings.file_system) env = rocksdb::NewCompositeEnv(settings.file_system);
  if (env) db.env = env.get();
  db.info_log = std::make_shared<NoLog>();
  db.listeners.push_back(std::make_shared<WriteErrors>());
  db.max_bgerror_resume_count = 0;

  // A torn tail of the log is what a power cut leaves; the strict mode would refuse to open then.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db.paranoid_checks = true;
  db.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  db.recycle_log_file_num = 0;
  db.allow_mmap_reads = false;
  db.allow_mmap_writes = false;
  // Tables are fully checked, the log's tail is not: keep the log short. One flush takes all
  // families, so that a state of the tables is a state that the store once had.
  db.atomic_flush = true;
  db.db_write_buffer_size = settings.write_buffer_bytes;
  db.max_total_wal_size = settings.write_buffer_bytes;
  db.max_open_files = 512;
  db.max_file_opening_threads = 1;  // they are started anew for every family
  db.max_background_jobs = 2;
  db.bytes_per_sync = std::uint64_t{1} << 20;
  db.skip_stats_update_on_db_open = true;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(settings.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = settings.write_buffer_bytes;
  family.force_consistency_checks = true;
  family.level_compaction_dynamic_level_bytes = true;
  family.compression = rocksdb::kLZ4Compression;
  // A batch has its keys in ascending order, nearly: what comes next is looked for beside the last.
  family.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(1));
}

std::vector<rocksdb::ColumnFamilyDescriptor> Families(const rocksdb::ColumnFamilyOptions& family) {
  std::vector<rocksdb::ColumnFamilyDescriptor> out;
  out.emplace_back(rocksdb::kDefaultColumnFamilyName, family);
  for (const auto& [name, is_hashes, is_mostly_missed] : kFamilies) {
    out.emplace_back(name, family);
    if (is_hashes) out.back().options.compression = rocksdb::kNoCompression;
    if (is_mostly_missed) {  // tables have a filter anyhow
      out.back().options.memtable_whole_key_filtering = true;
      out.back().options.memtable_prefix_bloom_size_ratio = 0.02;
    }
  }
  return out;
}

base::Error RocksError(const std::string& what, const rocksdb::Status& status) {
  std::string message = what + ": " + status.ToString();
  if (status.IsCorruption()) return base::Corrupt(std::move(message));
  if (status.IsPathNotFound()) return base::NotFound(std::move(message));
  if (status.IsIOError() || status.IsNoSpace()) return base::Unavailable(std::move(message));
  return base::FailedPrecondition(std::move(message));
}

base::Error OpenError(const std::string& path, const rocksdb::Status& status) {
  // We ask for the same families every time: a store that has others lost the record of ours.
  if (status.IsInvalidArgument()) {
    return base::Corrupt("store: open " + path + ": " + status.ToString());
  }
  return RocksError("store: open " + path, status);
}

}  // namespace sogoc::storage
