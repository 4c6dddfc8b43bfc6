#include "node/consensus/cometbft/abci_frame.h"

#include <cstdint>

namespace sogoc::cometbft {
namespace {

constexpr std::size_t kLengthBytesMax = 10;  // of a 64-bit number
// An empty buffer keeps this much for the next frames and gives the rest back.
constexpr std::size_t kKeptBytesMax = 4 << 20;

struct FrameLength {
  std::size_t value = 0;
  std::size_t bytes = 0;  // that it is written in
};

// nullopt: the length does not end in `bytes`.
base::Result<std::optional<FrameLength>> ReadLength(base::ByteView bytes, std::size_t max) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint64_t digit = bytes[i] & 0x7F;
    // Digits above the limit end this loop before the shift could lose one.
    if (digit > (max >> (7 * i))) {
      return base::InvalidArgument("a frame of more than " + std::to_string(max) + " bytes");
    }
    value |= digit << (7 * i);
    if ((bytes[i] & 0x80) != 0) {
      if (i + 1 < kLengthBytesMax) continue;
      return base::InvalidArgument("a frame's length is over 10 bytes");
    }
    if (digit == 0 && i != 0) {
      return base::InvalidArgument("a frame's length is not in its shortest form");
    }
    if (value > max) {
      return base::InvalidArgument("a frame of more than " + std::to_string(max) + " bytes");
    }
    return FrameLength{static_cast<std::size_t>(value), i + 1};
  }
  return std::optional<FrameLength>();
}

}  // namespace

base::Status AppendFrame(std::string& out, const google::protobuf::MessageLite& message) {
  const std::size_t size = message.ByteSizeLong();
  if (size > kFrameBytesMax) {
    return base::InvalidArgument("a message of " + std::to_string(size) +
                                 " bytes does not fit into a frame");
  }
  std::size_t left = size;
  for (; left >= 0x80; left >>= 7) out.push_back(static_cast<char>(left | 0x80));
  out.push_back(static_cast<char>(left));
  const std::size_t begin = out.size();
  out.resize(begin + size);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.data() + begin));
  return base::Ok();
}

void FrameDecoder::Feed(base::ByteView bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeptBytesMax) buffer_ = {};
  base::Append(buffer_, bytes);
}

base::Result<std::optional<base::ByteView>> FrameDecoder::Next() {
  const base::ByteView waiting = base::ByteView(buffer_).subspan(begin_);
  TRY(const auto length, ReadLength(waiting, frame_bytes_max_));
  if (!length || waiting.size() - length->bytes < length->value) {
    return std::optional<base::ByteView>();
  }
  begin_ += length->bytes + length->value;
  return waiting.subspan(length->bytes, length->value);
}

}  // namespace sogoc::cometbft
