#include "node/storage/rocks_store.h"

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

#include "node/storage/batch_numbers.h"
#include "node/storage/fail_stop.h"
#include "node/storage/rocks_options.h"

namespace sogoc::storage {
namespace {

// Checksums of keys and values are made when a batch is built and compared when it is in the memory
// table, so a bit that flips in between fails the write.
constexpr std::size_t kProtectionBytesPerKey = 8;
constexpr std::size_t kVerifyBytes = 1 << 20;

rocksdb::Slice ToSlice(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
ByteView ToView(const rocksdb::Slice& slice) { return base::AsBytes(slice.ToStringView()); }

rocksdb::ReadOptions CheckedRead() {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  return options;
}

class RocksCursor final : public Cursor {
 public:
  explicit RocksCursor(std::unique_ptr<rocksdb::Iterator> iterator)
      : iterator_(std::move(iterator)) {}

  void Seek(ByteView key) override {
    iterator_->Seek(ToSlice(key));
    Check();
  }
  void SeekBefore(ByteView key) override {
    iterator_->SeekForPrev(ToSlice(key));
    if (iterator_->Valid() && iterator_->key() == ToSlice(key)) iterator_->Prev();
    Check();
  }
  void Next() override {
    iterator_->Next();
    Check();
  }
  bool valid() const override { return iterator_->Valid(); }
  ByteView key() const override { return ToView(iterator_->key()); }
  ByteView value() const override { return ToView(iterator_->value()); }

 private:
  void Check() const {
    if (!iterator_->Valid() && !iterator_->status().ok()) {
      FailStop("store: scan: " + iterator_->status().ToString());
    }
  }

  std::unique_ptr<rocksdb::Iterator> iterator_;
};

class RocksStore final : public KeyValueStore {
 public:
  static Result<std::unique_ptr<KeyValueStore>> Open(const RocksSettings& settings) {
    auto store = std::unique_ptr<RocksStore>(new RocksStore(settings));
    std::uint64_t expected = 0;
    if (settings.mode != RocksSettings::Mode::kCreate) {
      TRY(expected, CheckBatchNumbers(store->options_, settings.path));
    }
    TRY_STATUS(store->OpenAs(settings));
    TRY(store->batch_number_, ReadBatchNumber(*store->db_));
    if (store->batch_number_ != expected) {
      return base::Corrupt("store: batch " + std::to_string(expected) + " was there, batch " +
                           std::to_string(store->batch_number_) + " is the last that opened");
    }
    return std::unique_ptr<KeyValueStore>(std::move(store));
  }

  ~RocksStore() override {
    if (!db_) return;
    for (rocksdb::ColumnFamilyHandle* family : families_) {
      const rocksdb::Status status = db_->DestroyColumnFamilyHandle(family);
      if (!status.ok()) FailStop("store: close: " + status.ToString());
    }
    const rocksdb::Status status = db_->Close();
    if (!status.ok()) FailStop("store: close: " + status.ToString());
  }

  std::optional<Bytes> Get(Space space, ByteView key) const override {
    rocksdb::PinnableSlice value;
    const rocksdb::Status status = db_->Get(read_, FamilyOf(space), ToSlice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) FailStop("store: read: " + status.ToString());
    return base::ToBytes(ToView(value));
  }

  std::unique_ptr<Cursor> NewCursor(Space space) const override {
    return std::make_unique<RocksCursor>(
        std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(read_, FamilyOf(space))));
  }

  Status Write(const WriteBatch& batch) override {
    rocksdb::WriteBatch out(batch.size_bytes() + 32 * batch.operations().size(), 0,
                            kProtectionBytesPerKey, 0);
    rocksdb::Status status = PutBatchNumber(out, batch_number_ + 1);
    for (const WriteBatch::Operation& operation : batch.operations()) {
      if (!status.ok()) break;
      status = Add(operation, out);
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    if (status.ok()) status = db_->Write(options, &out);
    if (!status.ok()) return RocksError("store: write", status);
    ++batch_number_;
    return base::Ok();
  }

  Status VerifyFiles(const std::function<bool()>& go_on) const override {
    std::vector<rocksdb::LiveFileMetaData> files;
    db_->GetLiveFilesMetaData(&files);
    for (const rocksdb::LiveFileMetaData& file : files) TRY_STATUS(VerifyFile(file, go_on));
    return base::Ok();
  }

 private:
  explicit RocksStore(const RocksSettings& settings) : options_(settings) {}

  Status OpenAs(const RocksSettings& settings) {
    const bool create = settings.mode == RocksSettings::Mode::kCreate;
    options_.db.create_if_missing = create;
    options_.db.error_if_exists = create;
    options_.db.create_missing_column_families = create;
    const auto families = Families(options_.family);
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status =
        settings.mode == RocksSettings::Mode::kReadOnly
            ? rocksdb::DB::OpenForReadOnly(options_.db, settings.path, families, &families_,
                                           &opened)
            : rocksdb::DB::Open(options_.db, settings.path, families, &families_, &opened);
    if (!status.ok()) {
      return create ? RocksError("store: create " + settings.path, status)
                    : OpenError(settings.path, status);
    }
    db_.reset(opened);
    return base::Ok();
  }

  // RocksDB's own check of all files cannot be stopped, and reads as fast as it can.
  Status VerifyFile(const rocksdb::LiveFileMetaData& file,
                    const std::function<bool()>& go_on) const {
    const std::string path = file.directory + "/" + file.relative_filename;
    const std::string what = "store: verify " + path;
    std::unique_ptr<rocksdb::SequentialFile> reader;
    rocksdb::Status status =
        options_.db.env->NewSequentialFile(path, &reader, rocksdb::EnvOptions());
    // A compaction may have replaced it meanwhile; one that is open can be read to its end.
    if (!status.ok()) return IsLive(file) ? Status(RocksError(what, status)) : base::Ok();
    const auto checksum = options_.db.file_checksum_gen_factory->CreateFileChecksumGenerator(
        {path, file.file_checksum_func_name});
    if (!checksum) return base::Corrupt(what + ": no checksum was stored");
    std::string buffer(kVerifyBytes, '\0');
    rocksdb::Slice chunk;
    do {
      status = reader->Read(buffer.size(), &chunk, buffer.data());
      if (!status.ok()) return RocksError(what, status);
      checksum->Update(chunk.data(), chunk.size());
      if (!go_on()) return base::Unavailable(what + ": stopped");
    } while (!chunk.empty());
    checksum->Finalize();
    if (checksum->GetChecksum() == file.file_checksum) return base::Ok();
    return base::Corrupt(what + ": the file does not have its checksum");
  }

  bool IsLive(const rocksdb::LiveFileMetaData& file) const {
    std::vector<rocksdb::LiveFileMetaData> files;
    db_->GetLiveFilesMetaData(&files);
    return std::ranges::any_of(files, [&](const rocksdb::LiveFileMetaData& other) {
      return other.file_number == file.file_number;
    });
  }

  // The first handle is that of RocksDB's own default family.
  rocksdb::ColumnFamilyHandle* FamilyOf(Space space) const {
    return families_[static_cast<std::size_t>(space) + 1];
  }

  rocksdb::Status Add(const WriteBatch::Operation& operation, rocksdb::WriteBatch& out) const {
    rocksdb::ColumnFamilyHandle* family = FamilyOf(operation.space);
    if (!operation.value) return out.Delete(family, ToSlice(operation.key));
    return out.Put(family, ToSlice(operation.key), ToSlice(*operation.value));
  }

  const rocksdb::ReadOptions read_ = CheckedRead();
  RocksOptions options_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::uint64_t batch_number_ = 0;  // of the newest batch
};

}  // namespace

Result<std::unique_ptr<KeyValueStore>> OpenRocksStore(const RocksSettings& settings) {
  return RocksStore::Open(settings);
}

}  // namespace sogoc::storage
