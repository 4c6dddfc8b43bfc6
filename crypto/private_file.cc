#include "crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "crypto/random.h"

namespace sogoc::crypto {
namespace {

using base::Result;
using base::Status;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (is_open()) close(descriptor_);
  }
  bool is_open() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string Because(const std::filesystem::path& path, int error) {
  return path.string() + ": " + std::generic_category().message(error);
}

bool WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The number of bytes read, or -1.
ssize_t ReadAll(int descriptor, std::span<char> buffer) {
  std::size_t size = 0;
  while (size < buffer.size()) {
    const ssize_t count = read(descriptor, buffer.data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  return static_cast<ssize_t>(size);
}

Status WriteNewFile(const std::filesystem::path& path, std::string_view content) {
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open() || !WriteAll(file.get(), content) || fsync(file.get()) != 0) {
    return base::Unavailable(Because(path, errno));
  }
  return base::Ok();
}

Status SyncFolderOf(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const File file(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || fsync(file.get()) != 0) return base::Unavailable(Because(folder, errno));
  return base::Ok();
}

// Gives the finished file its name. A link fails where a rename would replace.
Status Publish(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  if (link(temporary.c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) {
      return base::FailedPrecondition(path.string() + " exists already and is not overwritten");
    }
    return base::Unavailable(Because(path, errno));
  }
  Status synced = SyncFolderOf(path);
  if (!synced) unlink(path.c_str());
  return synced;
}

Status CheckReadable(const File& file, const std::filesystem::path& path) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return base::Corrupt(Because(path, errno));
  if (!S_ISREG(status.st_mode)) return base::Corrupt(path.string() + " is not a regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return base::PermissionDenied("others than its owner may use " + path.string() +
                                  ": chmod 600 " + path.string());
  }
  if (status.st_size > static_cast<off_t>(kPrivateFileSizeMax)) {
    return base::Corrupt(path.string() + " is too large");
  }
  return base::Ok();
}

}  // namespace

Status CreatePrivateFile(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::path temporary = path;
  temporary += ".new-" + base::ToHex(RandomBytes(8));
  Status done = WriteNewFile(temporary, content);
  if (done) done = Publish(temporary, path);
  unlink(temporary.c_str());
  return done;
}

Result<SecretString> ReadPrivateFile(const std::filesystem::path& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) {
    if (errno == ENOENT) return base::NotFound(Because(path, errno));
    return base::PermissionDenied(Because(path, errno));
  }
  TRY_STATUS(CheckReadable(file, path));
  std::array<char, kPrivateFileSizeMax> buffer;
  const ssize_t size = ReadAll(file.get(), buffer);
  if (size < 0) return base::Corrupt(Because(path, errno));
  SecretString content(std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  Clear(std::span<char>(buffer));
  return content;
}

}  // namespace sogoc::crypto
