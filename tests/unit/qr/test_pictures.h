#pragma once

// Pictures as cameras and scanners make them: grey, from symbols, turned, blurred, damaged,
// encoded.

#include <cstdio>
// After <cstdio>, which it needs.
#include <jpeglib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/ledger/stamp.h"
#include "tools/qr/picture.h"
#include "tools/qr/qr_code.h"

namespace sogoc::tools {

// The text of a stamp with a signature of the usual length that nobody made.
inline std::string StampText(std::uint64_t serial) {
  ledger::Stamp stamp{"ocop.example", "18935000000011", "CAM-2026-01", serial, {}};
  std::uint64_t mixed = serial;
  for (std::uint8_t& byte : stamp.signature) {
    mixed = mixed * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    byte = static_cast<std::uint8_t>(mixed >> 56);
  }
  return ledger::FormatStampUri(stamp).value();
}

inline std::vector<std::string> StampTexts(std::uint64_t first, std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(StampText(first + i));
  std::sort(texts.begin(), texts.end());
  return texts;
}

// A file that no disk holds.
class MemoryFile {
 public:
  explicit MemoryFile(base::ByteView content) : fd_(memfd_create("test", MFD_CLOEXEC)) {
    while (!content.empty()) {
      const ssize_t written = write(fd_, content.data(), content.size());
      if (written <= 0) std::abort();
      content = content.subspan(static_cast<std::size_t>(written));
    }
    lseek(fd_, 0, SEEK_SET);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(fd_); }

  int fd() const { return fd_; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  const int fd_;
};

inline Picture BlankPicture(int width, int height, std::uint8_t grey = 255) {
  return {width, height,
          std::vector<std::uint8_t>(
              static_cast<std::size_t>(width) * static_cast<std::size_t>(height), grey)};
}

inline std::uint8_t& PixelAt(Picture& picture, int x, int y) { return picture.Row(y)[x]; }

inline void Paste(Picture& target, Picture source, int left, int top) {
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) {
      PixelAt(target, left + x, top + y) = PixelAt(source, x, y);
    }
  }
}

inline Picture PictureOfCode(const std::string& text, int module_pixels) {
  return DecodePicture(RenderPng(MakeQrSymbol(text).value(), module_pixels).value()).value();
}

// Rows and columns of codes edge to edge, quiet zone to quiet zone, as on a sheet of labels.
inline Picture PictureOfGrid(const std::vector<std::string>& texts, int columns,
                             int module_pixels) {
  const Picture first = PictureOfCode(texts.at(0), module_pixels);
  const int rows = (static_cast<int>(texts.size()) + columns - 1) / columns;
  Picture grid = BlankPicture(first.width * columns, first.height * rows);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const int index = static_cast<int>(i);
    Paste(grid, PictureOfCode(texts[i], module_pixels), index % columns * first.width,
          index / columns * first.height);
  }
  return grid;
}

// Turned about its middle on a larger white ground, with bilinear interpolation.
inline Picture Rotated(Picture source, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const int side = static_cast<int>(std::hypot(source.width, source.height)) + 2;
  Picture out = BlankPicture(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double dx = x - side / 2.0;
      const double dy = y - side / 2.0;
      const double sx = cosine * dx + sine * dy + source.width / 2.0;
      const double sy = -sine * dx + cosine * dy + source.height / 2.0;
      const int ix = static_cast<int>(std::floor(sx));
      const int iy = static_cast<int>(std::floor(sy));
      if (ix < 0 || iy < 0 || ix + 1 >= source.width || iy + 1 >= source.height) continue;
      const double fx = sx - ix;
      const double fy = sy - iy;
      const double value =
          (PixelAt(source, ix, iy) * (1 - fx) + PixelAt(source, ix + 1, iy) * fx) * (1 - fy) +
          (PixelAt(source, ix, iy + 1) * (1 - fx) + PixelAt(source, ix + 1, iy + 1) * fx) * fy;
      PixelAt(out, x, y) = static_cast<std::uint8_t>(value);
    }
  }
  return out;
}

// Gaussian blur with the standard deviation `sigma` in pixels, along rows and then columns.
inline Picture Blurred(Picture source, double sigma) {
  const int reach = static_cast<int>(3 * sigma) + 1;
  std::vector<double> weights;
  for (int i = -reach; i <= reach; ++i) weights.push_back(std::exp(-i * i / (2 * sigma * sigma)));
  for (const bool along_rows : {true, false}) {
    Picture out = source;
    for (int y = 0; y < source.height; ++y) {
      for (int x = 0; x < source.width; ++x) {
        double sum = 0;
        double total = 0;
        for (int i = -reach; i <= reach; ++i) {
          const int sx = std::clamp(along_rows ? x + i : x, 0, source.width - 1);
          const int sy = std::clamp(along_rows ? y : y + i, 0, source.height - 1);
          const double weight = weights[static_cast<std::size_t>(i + reach)];
          sum += weight * PixelAt(source, sx, sy);
          total += weight;
        }
        PixelAt(out, x, y) = static_cast<std::uint8_t>(sum / total);
      }
    }
    source = std::move(out);
  }
  return source;
}

inline void PaintOver(Picture& picture, int left, int top, int width, int height,
                      std::uint8_t grey) {
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) PixelAt(picture, x, y) = grey;
  }
}

// `pixels`: row by row, `components` bytes each; 1 is grey, 3 is RGB.
inline base::Bytes EncodeJpeg(base::Bytes pixels, int width, int height, int components,
                              int quality) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = components;
  info.in_color_space = components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = pixels.data() + static_cast<std::size_t>(info.next_scanline) *
                                       static_cast<std::size_t>(width * components);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  base::Bytes jpeg(data, data + size);
  std::free(data);
  return jpeg;
}

inline base::Bytes EncodeJpeg(const Picture& picture, int quality) {
  return EncodeJpeg(picture.pixels, picture.width, picture.height, 1, quality);
}

}  // namespace sogoc::tools
