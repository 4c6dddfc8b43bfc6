#pragma once

// Frames of ABCI's socket protocol: an unsigned LEB128 length, then that many bytes of one
// serialized Request or Response. The stream has no other structure.

#include <google/protobuf/message_lite.h>

#include <cstddef>
#include <optional>
#include <string>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::cometbft {

// The largest message. A block of the engine is at most 100 MiB.
inline constexpr std::size_t kFrameBytesMax = 128 << 20;

// Appends the frame of `message` to `out`.
//   kInvalidArgument  the message is larger than kFrameBytesMax; `out` is as it was
base::Status AppendFrame(std::string& out, const google::protobuf::MessageLite& message);

// Cuts a stream into its messages. Holds no more than was fed: a length alone claims no memory.
class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t frame_bytes_max = kFrameBytesMax)
      : frame_bytes_max_(frame_bytes_max) {}

  // Takes the next bytes of the stream, cut anywhere. Ends the life of views from Next().
  void Feed(base::ByteView bytes);
  // The next message, valid until Feed(); nullopt: its end has not been fed.
  //   kInvalidArgument  the length is not in its shortest form, longer than 10 bytes, or above the
  //                     limit. It stays so: what follows cannot be told apart any more.
  base::Result<std::optional<base::ByteView>> Next();

 private:
  const std::size_t frame_bytes_max_;
  base::Bytes buffer_;
  std::size_t begin_ = 0;  // of what Next() has not returned
};

}  // namespace sogoc::cometbft
