#include "tests/support/storage/power_cut_files.h"

namespace sogoc::support {
namespace {

using base::Result;
using base::Status;
using storage::File;
using storage::FileSystem;

base::Error Injected() { return base::Unavailable("input/output error, as planned"); }
Status Outcome(bool works) { return works ? base::Ok() : Status(Injected()); }

class CutFile final : public File {
 public:
  CutFile(PowerCutDisk& disk, std::string path, std::unique_ptr<File> target)
      : disk_(disk), path_(std::move(path)), target_(std::move(target)) {}

  Status WriteAt(std::uint64_t offset, base::ByteView bytes) override {
    return disk_.Write(path_, offset, bytes.size(), Status(Injected()),
                       [&] { return target_->WriteAt(offset, bytes); });
  }
  Status Sync() override { return Outcome(disk_.Sync(path_)); }

 private:
  PowerCutDisk& disk_;
  std::string path_;
  std::unique_ptr<File> target_;
};

class CutFiles final : public FileSystem {
 public:
  explicit CutFiles(PowerCutDisk& disk) : disk_(disk), target_(storage::SystemFiles()) {}

  Result<std::unique_ptr<File>> Open(const std::string& path, Mode mode) override {
    const auto open = [&] { return target_.Open(path, mode); };
    TRY(std::unique_ptr<File> file,
        mode == Mode::kReplace ? disk_.Create(path, Result<std::unique_ptr<File>>(Injected()), open)
                               : open());
    return std::make_unique<CutFile>(disk_, path, std::move(file));
  }
  Result<base::Bytes> Read(const std::string& path, std::size_t bytes_max) const override {
    return target_.Read(path, bytes_max);
  }
  bool Exists(const std::string& path) const override { return target_.Exists(path); }
  Status CreateDirectory(const std::string& path) override {
    if (target_.Exists(path)) return base::Ok();
    return disk_.Create(path, Status(Injected()), [&] { return target_.CreateDirectory(path); });
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return Outcome(disk_.Rename(from, to));
  }
  Status RemoveAll(const std::string& path) override { return Outcome(disk_.Remove(path)); }
  Status SyncDirectory(const std::string& path) override {
    return Outcome(disk_.SyncDirectory(path));
  }

 private:
  PowerCutDisk& disk_;
  FileSystem& target_;
};

}  // namespace

std::shared_ptr<FileSystem> MakePowerCutFiles(PowerCutDisk& disk) {
  return std::make_shared<CutFiles>(disk);
}

}  // namespace sogoc::support
