#include "node/storage/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace sogoc::storage {
namespace {

base::Error SystemError(const char* operation, const std::string& path, int cause) {
  std::string message =
      std::string(operation) + " " + path + ": " + std::generic_category().message(cause);
  switch (cause) {
    case ENOENT:
    case ENOTDIR:
      return base::NotFound(std::move(message));
    case EACCES:
    case EPERM:
    case EROFS:
      return base::PermissionDenied(std::move(message));
    default:
      return base::Unavailable(std::move(message));
  }
}

// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool is_open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

class SystemFile final : public File {
 public:
  SystemFile(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Status WriteAt(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t written =
          ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return SystemError("write", path_, written < 0 ? errno : EIO);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset += static_cast<std::uint64_t>(written);
    }
    return base::Ok();
  }

  Status Sync() override {
    if (::fdatasync(fd_.get()) != 0) return SystemError("sync", path_, errno);
    return base::Ok();
  }

 private:
  std::string path_;
  Descriptor fd_;
};

class SystemFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, Mode mode) override {
    Descriptor fd(path, mode == Mode::kExisting ? O_RDWR : O_RDWR | O_CREAT | O_TRUNC);
    if (!fd.is_open()) return SystemError("open", path, errno);
    return std::make_unique<SystemFile>(path, std::move(fd));
  }

  Result<Bytes> Read(const std::string& path, std::size_t bytes_max) const override {
    const Descriptor fd(path, O_RDONLY);
    if (!fd.is_open()) return SystemError("open", path, errno);
    Bytes out;
    std::uint8_t buffer[16'384];
    while (true) {
      const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return base::Corrupt(SystemError("read", path, errno).message);
      if (count == 0) return out;
      base::Append(out, {buffer, static_cast<std::size_t>(count)});
      if (out.size() > bytes_max) {
        return base::Corrupt("read " + path + ": longer than " + std::to_string(bytes_max) +
                             " bytes");
      }
    }
  }

  bool Exists(const std::string& path) const override {
    struct stat unused;
    return ::lstat(path.c_str(), &unused) == 0;
  }

  Status CreateDirectory(const std::string& path) override {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
      return SystemError("create directory", path, errno);
    }
    return base::Ok();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return SystemError("rename", from, errno);
    return base::Ok();
  }

  Status RemoveAll(const std::string& path) override {
    std::error_code cause;
    std::filesystem::remove_all(path, cause);
    if (cause) return SystemError("remove", path, cause.value());
    return base::Ok();
  }

  Status SyncDirectory(const std::string& path) override {
    const Descriptor fd(path, O_RDONLY | O_DIRECTORY);
    if (!fd.is_open()) return SystemError("open", path, errno);
    if (::fsync(fd.get()) != 0) return SystemError("sync", path, errno);
    return base::Ok();
  }
};

}  // namespace

FileSystem& SystemFiles() {
  static SystemFileSystem files;
  return files;
}

}  // namespace sogoc::storage
