#include "node/storage/batch_numbers.h"

#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "node/base/bytes.h"

namespace sogoc::storage {
namespace {

constexpr std::string_view kKey = "batch";
constexpr std::uint32_t kDefaultFamily = 0;

rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }

std::optional<std::uint64_t> Decode(std::string_view value) {
  if (value.size() != 8) return std::nullopt;
  return base::ReadU64(base::AsBytes(value));
}

// Finds the number in one batch of the log.
class NumberOf final : public rocksdb::WriteBatch::Handler {
 public:
  rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    if (family == kDefaultFamily && key == ToSlice(kKey)) number_ = Decode(value.ToStringView());
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override {
    return rocksdb::Status::OK();
  }
  std::optional<std::uint64_t> number() const { return number_; }

 private:
  std::optional<std::uint64_t> number_;
};

// Sees every batch that recovery would replay, and keeps it from being replayed.
class LogReader final : public rocksdb::WalFilter {
 public:
  WalProcessingOption LogRecordFound(unsigned long long, const std::string& file,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch*,
                                     bool*) override {
    // RocksDB itself writes an empty batch after it recovered from a torn log.
    if (batch.Count() == 0) return WalProcessingOption::kIgnoreCurrentRecord;
    NumberOf handler;
    const rocksdb::Status status = batch.Iterate(&handler);
    if (!status.ok() || !handler.number()) {
      gap_.emplace("a batch in " + file + " has no number");
    } else {
      Add(*handler.number(), file);
    }
    return WalProcessingOption::kIgnoreCurrentRecord;
  }
  const char* Name() const override { return "sogoc.batch_numbers"; }

  std::optional<std::uint64_t> first() const { return first_; }
  std::uint64_t last() const { return last_; }
  const std::optional<std::string>& gap() const { return gap_; }

 private:
  void Add(std::uint64_t number, const std::string& file) {
    if (!first_) {
      first_ = number;
    } else if (number != last_ + 1) {
      gap_.emplace("batch " + std::to_string(number) + " in " + file + " follows batch " +
                   std::to_string(last_));
    }
    last_ = number;
  }

  std::optional<std::uint64_t> first_;
  std::uint64_t last_ = 0;
  std::optional<std::string> gap_;
};

}  // namespace

rocksdb::Status PutBatchNumber(rocksdb::WriteBatch& batch, std::uint64_t number) {
  base::Bytes value;
  base::AppendU64(value, number);
  return batch.Put(ToSlice(kKey), ToSlice(base::AsText(value)));
}

base::Result<std::uint64_t> ReadBatchNumber(rocksdb::DB& db) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), ToSlice(kKey), &value);
  if (status.IsNotFound()) return std::uint64_t{0};
  if (!status.ok()) return RocksError("store: read the batch number", status);
  const std::optional<std::uint64_t> number = Decode(value);
  if (!number) return base::Corrupt("store: the batch number is malformed");
  return *number;
}

base::Result<std::uint64_t> CheckBatchNumbers(const RocksOptions& options,
                                              const std::string& path) {
  LogReader log;
  rocksdb::Options without_log(options.db, options.family);
  without_log.wal_filter = &log;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(without_log, path, &opened);
  if (!status.ok()) return OpenError(path, status);
  const std::unique_ptr<rocksdb::DB> db(opened);
  TRY(const std::uint64_t tables, ReadBatchNumber(*db));
  if (log.gap()) return base::Corrupt("store: " + *log.gap());
  if (!log.first()) return tables;
  if (*log.first() > tables + 1) {
    return base::Corrupt("store: the tables end with batch " + std::to_string(tables) +
                         ", the log begins with batch " + std::to_string(*log.first()));
  }
  return std::max(tables, log.last());
}

}  // namespace sogoc::storage
