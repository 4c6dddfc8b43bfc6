#include "tools/qr/picture.h"

#include <png.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "tools/qr/jpeg_decoder.h"

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;

constexpr std::array<std::uint8_t, 8> kPngStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::array<std::uint8_t, 3> kJpegStart = {0xff, 0xd8, 0xff};

bool StartsWith(base::ByteView bytes, base::ByteView start) {
  return bytes.size() >= start.size() && base::Equal(bytes.first(start.size()), start);
}

Result<Picture> MakeBlank(std::size_t width, std::size_t height) {
  if (width == 0 || height == 0 || width > kPicturePixelsMax / height) {
    return InvalidArgument("the picture has no pixels, or more than 100 million");
  }
  Picture picture{static_cast<int>(width), static_cast<int>(height), {}};
  picture.pixels.resize(width * height);
  return picture;
}

// libpng's simplified interface reports errors by its result, without longjmp.
class PngDecoder {
 public:
  PngDecoder() { image_.version = PNG_IMAGE_VERSION; }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { png_image_free(&image_); }

  Result<Picture> Decode(base::ByteView file) {
    if (png_image_begin_read_from_memory(&image_, file.data(), file.size()) == 0) return Damaged();
    TRY(Picture picture, MakeBlank(image_.width, image_.height));
    image_.format = PNG_FORMAT_GRAY;
    const png_color white = {255, 255, 255};
    if (png_image_finish_read(&image_, &white, picture.pixels.data(), 0, nullptr) == 0) {
      return Damaged();
    }
    return picture;
  }

 private:
  base::Error Damaged() const {
    return InvalidArgument(std::string("damaged PNG: ") + image_.message);
  }

  png_image image_{};
};

Result<Picture> DecodeJpeg(base::ByteView file) {
  JpegDecoder decoder(file);
  if (!decoder.ReadHeader()) return InvalidArgument("damaged JPEG: " + decoder.message());
  TRY(Picture picture, MakeBlank(decoder.width(), decoder.height()));
  if (!decoder.ReadPixels(picture.pixels.data())) {
    return InvalidArgument("damaged JPEG: " + decoder.message());
  }
  return picture;
}

}  // namespace

Result<base::Bytes> ReadPictureFile(int fd) {
  constexpr std::size_t kStep = 1 << 16;
  base::Bytes file;
  while (file.size() <= kPictureFileBytesMax) {
    const std::size_t size = file.size();
    file.resize(size + kStep);
    const ssize_t got = ::read(fd, file.data() + size, kStep);
    if (got < 0 && errno != EINTR) {
      return base::NotFound(std::string("cannot read the file: ") + std::strerror(errno));
    }
    file.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return file;
  }
  return InvalidArgument("the file has more than 64 MiB");
}

Result<Picture> DecodePicture(base::ByteView file) {
  if (StartsWith(file, kPngStart)) return PngDecoder().Decode(file);
  if (StartsWith(file, kJpegStart)) return DecodeJpeg(file);
  return InvalidArgument("neither a PNG nor a JPEG");
}

}  // namespace sogoc::tools
