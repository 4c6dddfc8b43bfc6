#pragma once

// libjpeg as a C++ object. libjpeg leaves on an error by longjmp, which must not skip a destructor:
// each member below that calls it has no C++ object in its frame.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "node/base/bytes.h"

namespace sogoc::tools {

// Call ReadHeader, then ReadPixels, each once and only after success. Not thread-safe.
class JpegDecoder {
 public:
  // `file` must outlive the object.
  explicit JpegDecoder(base::ByteView file);
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder();

  // False: damaged, or a kind of JPEG that libjpeg does not turn into grey; message() says why.
  bool ReadHeader();
  std::size_t width() const;
  std::size_t height() const;

  // Writes width() x height() grey pixels. False: damaged or cut short.
  bool ReadPixels(std::uint8_t* pixels);

  const std::string& message() const { return message_; }

 private:
  struct State;

  bool RunHeader();
  bool RunPixels(std::uint8_t* pixels);

  const base::ByteView file_;
  const std::unique_ptr<State> state_;
  std::string message_;
};

}  // namespace sogoc::tools
