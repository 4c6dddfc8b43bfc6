#include <rocksdb/file_system.h>

#include "tests/support/storage/power_cut_files.h"

namespace sogoc::support {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus Injected() { return IOStatus::IOError("input/output error, as planned"); }
IOStatus Outcome(bool works) { return works ? IOStatus::OK() : Injected(); }

// RocksDB names a directory with or without a slash at its end.
std::string Trimmed(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

class CutRocksFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  CutRocksFile(PowerCutDisk& disk, std::string path, std::unique_ptr<FSWritableFile>&& file,
               std::uint64_t size)
      : FSWritableFileOwnerWrapper(std::move(file)),
        disk_(disk),
        path_(std::move(path)),
        size_(size) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const IOStatus status = disk_.Write(path_, size_, data.size(), Injected(),
                                        [&] { return target()->Append(data, options, debug); });
    size_ += data.size();
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return Outcome(disk_.Sync(path_)); }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  // No room is reserved ahead: it would only take time.
  void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}

 private:
  PowerCutDisk& disk_;
  std::string path_;
  std::uint64_t size_;
};

class CutRocksDirectory final : public rocksdb::FSDirectory {
 public:
  CutRocksDirectory(PowerCutDisk& disk, std::string path)
      : disk_(disk), path_(Trimmed(std::move(path))) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return Outcome(disk_.SyncDirectory(path_));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  PowerCutDisk& disk_;
  std::string path_;
};

class CutRocksFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit CutRocksFiles(PowerCutDisk& disk)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}
  const char* Name() const override { return "PowerCutRocksFiles"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* out,
                           IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    const IOStatus status = disk_.Create(
        path, Injected(), [&] { return target()->NewWritableFile(path, options, &file, debug); });
    if (status.ok()) *out = std::make_unique<CutRocksFile>(disk_, path, std::move(file), 0);
    return status;
  }
  IOStatus ReopenWritableFile(const std::string&, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("the model writes new files only");
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("the model writes new files only");
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* out, IODebugContext*) override {
    *out = std::make_unique<CutRocksDirectory>(disk_, path);
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    return Outcome(disk_.Rename(from, to));
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    return Outcome(disk_.Remove(path));
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& options,
                     IODebugContext* debug) override {
    return disk_.Create(Trimmed(path), Injected(),
                        [&] { return target()->CreateDir(path, options, debug); });
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options,
                              IODebugContext* debug) override {
    if (target()->FileExists(path, options, debug).ok()) return IOStatus::OK();
    return CreateDir(path, options, debug);
  }

 private:
  PowerCutDisk& disk_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> MakePowerCutRocksFiles(PowerCutDisk& disk) {
  return std::make_shared<CutRocksFiles>(disk);
}

}  // namespace sogoc::support
