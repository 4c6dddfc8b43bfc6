#include "tests/support/storage/power_cut_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "node/storage/files.h"
#include "tests/support/storage/power_cut_files.h"

namespace sogoc::support {
namespace fs = std::filesystem;

namespace {

// The simulator itself must not fail: its own errors are nobody's test result.
void Require(bool condition) {
  if (!condition) std::abort();
}

class RawFile {
 public:
  explicit RawFile(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
    Require(fd_ >= 0);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() { ::close(fd_); }

  base::Bytes Read(std::uint64_t offset, std::size_t size) const {
    base::Bytes bytes(size);
    const ssize_t count = ::pread(fd_, bytes.data(), size, static_cast<off_t>(offset));
    Require(count >= 0);
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }
  void Write(std::uint64_t offset, base::ByteView bytes) const {
    Require(::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)) ==
            static_cast<ssize_t>(bytes.size()));
  }
  void Truncate(std::uint64_t size) const {
    Require(::ftruncate(fd_, static_cast<off_t>(size)) == 0);
  }
  std::uint64_t size() const { return static_cast<std::uint64_t>(::lseek(fd_, 0, SEEK_END)); }

 private:
  int fd_;
};

}  // namespace

PowerCutDisk::PowerCutDisk(std::string root, const Plan& plan)
    : root_(std::move(root)),
      plan_(plan),
      random_(plan.seed),
      files_(MakePowerCutFiles(*this)),
      rocks_files_(MakePowerCutRocksFiles(*this)) {
  fs::create_directories(root_ + ".morgue");
}

bool PowerCutDisk::Sync(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const bool works = CountOperation();
  std::vector<UnsyncedWrite>& writes = unsynced_[path];
  if (!works) {
    for (UnsyncedWrite& write : writes) write.doomed = true;
  } else if (!LiesAbout(path)) {
    std::erase_if(writes, [](const UnsyncedWrite& write) { return !write.doomed; });
  }
  return works;
}

bool PowerCutDisk::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!CountOperation()) return false;
  if (LiesAbout(path)) return true;
  for (std::size_t i = changes_.size(); i > durable_changes_; --i) {
    if (changes_[i - 1].directory == path) durable_changes_ = i;
  }
  return true;
}

bool PowerCutDisk::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (!CountOperation()) return false;
  const std::string replaced = Bury(to);
  Move(from, to);
  changes_.push_back({storage::DirectoryOf(to), from, to, replaced});
  return true;
}

bool PowerCutDisk::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!CountOperation()) return false;
  const std::string grave = Bury(path);
  if (!grave.empty()) changes_.push_back({storage::DirectoryOf(path), path, grave, ""});
  return true;
}

bool PowerCutDisk::CountOperation() {
  if (++operations_ == plan_.cut_at) Cut();
  return operations_ != plan_.fail_at;
}

void PowerCutDisk::RememberWrite(const std::string& path, std::uint64_t offset, std::size_t size) {
  const RawFile file(path);
  unsynced_[path].push_back({offset, size, file.Read(offset, size), file.size()});
}

void PowerCutDisk::RememberCreation(const std::string& path) {
  changes_.push_back({storage::DirectoryOf(path), "", path, Bury(path)});
}

void PowerCutDisk::Move(const std::string& from, const std::string& to) {
  fs::rename(from, to);
  std::map<std::string, std::vector<UnsyncedWrite>> moved;
  for (auto& [path, writes] : unsynced_) {
    const bool below = path == from || path.starts_with(from + "/");
    moved[below ? to + path.substr(from.size()) : path] = std::move(writes);
  }
  unsynced_ = std::move(moved);
}

std::string PowerCutDisk::Bury(const std::string& path) {
  if (!fs::exists(path)) return "";
  const std::string grave =
      root_ + ".morgue/" + std::to_string(::getpid()) + "." + std::to_string(graves_++);
  Move(path, grave);
  return grave;
}

void PowerCutDisk::Cut() {
  for (auto& [path, writes] : unsynced_) CutFile(path, writes);
  const std::size_t kept = durable_changes_ + Below(changes_.size() - durable_changes_ + 1);
  for (std::size_t i = changes_.size(); i > kept; --i) {
    const NameChange& change = changes_[i - 1];
    if (change.from.empty()) {
      fs::remove_all(change.to);
    } else {
      fs::rename(change.to, change.from);
    }
    if (!change.replaced.empty()) fs::rename(change.replaced, change.to);
  }
  ::_exit(kPowerCutExitCode);
}

void PowerCutDisk::CutFile(const std::string& path, std::vector<UnsyncedWrite>& writes) {
  if (writes.empty()) return;
  const RawFile file(path);
  const auto lost = std::ranges::find_if(writes, &UnsyncedWrite::doomed);
  const std::size_t kept = Below(static_cast<std::size_t>(lost - writes.begin()) + 1);
  base::Bytes torn;
  if (kept < writes.size()) torn = file.Read(writes[kept].offset, Below(writes[kept].size + 1));
  for (std::size_t i = writes.size(); i > kept; --i) {
    file.Write(writes[i - 1].offset, writes[i - 1].old_bytes);
    file.Truncate(writes[i - 1].old_file_size);
  }
  if (!torn.empty()) {
    file.Write(writes[kept].offset, torn);
    writes[kept].size = torn.size();
  }
  writes.resize(kept + (torn.empty() ? 0 : 1));
  if (!writes.empty() && Below(3) == 0) Garble(path, writes[Below(writes.size())]);
}

void PowerCutDisk::Garble(const std::string& path, const UnsyncedWrite& write) {
  if (write.size == 0 || path.find("/MANIFEST-") != std::string::npos) return;
  const std::size_t begin = Below(write.size);
  base::Bytes garbage(std::min<std::size_t>(512, 1 + Below(write.size - begin)));
  if (Below(2) == 0) std::ranges::generate(garbage, [&] { return std::uint8_t(random_()); });
  RawFile(path).Write(write.offset + begin, garbage);
}

}  // namespace sogoc::support
