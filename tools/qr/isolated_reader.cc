// ReadCodesIsolated of tools/qr/qr_reader.h: the files, the child's answer and its bytes.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "tools/qr/qr_reader.h"

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;

using Texts = std::vector<std::string>;

constexpr std::uint8_t kTexts = 0;    // then for each text its length as a u32 and its bytes
constexpr std::uint8_t kMessage = 1;  // then why there are no texts
constexpr std::size_t kMessageBytesMax = 200;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  const int fd_;
};

base::Error OpenError(const std::string& path) {
  const int code = errno;
  const std::string message = path + ": " + std::strerror(code);
  return code == EACCES || code == EPERM ? base::PermissionDenied(message)
                                         : base::NotFound(message);
}

bool IsRegularFile(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

Result<Texts> ReadFile(int fd) {
  TRY(const base::Bytes file, ReadPictureFile(fd));
  TRY(Picture picture, DecodePicture(file));
  return ReadCodes(std::move(picture));
}

base::Bytes EncodeAnswer(const Result<Texts>& texts) {
  base::Bytes answer;
  if (!texts) {
    answer.push_back(kMessage);
    base::Append(answer, base::AsBytes(texts.error().message));
    return answer;
  }
  answer.push_back(kTexts);
  for (const std::string& text : *texts) {
    base::AppendU32(answer, static_cast<std::uint32_t>(text.size()));
    base::Append(answer, base::AsBytes(text));
  }
  return answer;
}

// The message may come from a process that was taken over: it goes to a terminal, so it is cut and
// stripped.
std::string Printable(base::ByteView message) {
  std::string text = base::ToText(message.first(std::min(message.size(), kMessageBytesMax)));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

Result<Texts> DecodeAnswer(base::ByteView answer) {
  const auto broken = [] { return InvalidArgument("the decoder gave a broken answer"); };
  if (answer.empty()) return broken();
  base::ByteView rest = answer.subspan(1);
  if (answer[0] == kMessage) return InvalidArgument(Printable(rest));
  if (answer[0] != kTexts) return broken();
  Texts texts;
  while (!rest.empty()) {
    if (rest.size() < 4 || texts.size() == kCodesMax) return broken();
    const std::size_t size = base::ReadU32(rest);
    rest = rest.subspan(4);
    if (size > rest.size() || size > kCodeTextBytesMax) return broken();
    texts.push_back(base::ToText(rest.first(size)));
    rest = rest.subspan(size);
  }
  return texts;
}

}  // namespace

Result<Texts> ReadCodesIsolated(const std::string& path, const IsolationLimits& limits) {
  // O_NONBLOCK: opening a named pipe must not wait for its writer.
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd() < 0) return OpenError(path);
  if (!IsRegularFile(file.fd())) return InvalidArgument(path + ": not a file");
  TRY(const base::Bytes answer,
      RunIsolated(file.fd(), limits, [&] { return EncodeAnswer(ReadFile(file.fd())); }));
  return DecodeAnswer(answer);
}

}  // namespace sogoc::tools
