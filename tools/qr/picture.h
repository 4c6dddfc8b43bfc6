#pragma once

// Pictures from files, as grey pixels. The decoders are C libraries that have had memory bugs: give
// them files of strangers in a child process only (tools/qr/isolated.h).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::tools {

inline constexpr std::size_t kPictureFileBytesMax = 64ULL << 20;
inline constexpr std::size_t kPicturePixelsMax = 100'000'000;

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  // row by row; 0 is black

  // Requires: 0 <= y < height.
  std::uint8_t* Row(int y) { return pixels.data() + Offset(y); }
  const std::uint8_t* Row(int y) const { return pixels.data() + Offset(y); }

 private:
  std::size_t Offset(int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

// Reads all of an open file. Does not close it.
//   kInvalidArgument  more than kPictureFileBytesMax
//   kNotFound         it cannot be read: a folder, a broken disk
base::Result<base::Bytes> ReadPictureFile(int fd);

// Decodes a PNG (transparent parts become white) or a JPEG. The kind is known by the first bytes.
//   kInvalidArgument  neither of them, damaged, cut short, or more than kPicturePixelsMax pixels
base::Result<Picture> DecodePicture(base::ByteView file);

}  // namespace sogoc::tools
