#pragma once

// One connection of an engine to its application. Its framing is of its own, not that of
// node/consensus/cometbft, which is what it tests.

#include <cstddef>
#include <string>
#include <string_view>

#include "node/base/result.h"
#include "proto/abci.pb.h"

namespace sogoc::support {

// The frame of a request or a response.
std::string Frame(const google::protobuf::MessageLite& message);

// Every wait ends after `kEngineWait_s`; an engine itself has no such limit.
inline constexpr int kEngineWait_s = 30;

class EngineConnection {
 public:
  // "unix:///PATH" or "tcp://IP:PORT" (IPv4). kUnavailable: nobody listens there.
  static base::Result<EngineConnection> Connect(const std::string& address);

  ~EngineConnection();
  EngineConnection(EngineConnection&& other) noexcept;
  EngineConnection& operator=(EngineConnection&& other) noexcept;

  // Sends bytes in writes of `chop` bytes. kUnavailable: the connection has ended.
  base::Status SendRaw(std::string_view bytes, std::size_t chop = std::string_view::npos);
  base::Status Send(const abci::Request& request) { return SendRaw(Frame(request)); }

  // The next response.
  //   kUnavailable  the connection has ended, or kEngineWait_s have passed
  //   kCorrupt      not a response in a frame
  base::Result<abci::Response> Receive();
  // Like Receive, the serialized message alone.
  base::Result<std::string> ReceiveRaw();

  // The request and a flush; then the two answers, which must be of these kinds and nothing more.
  //   kFailedPrecondition  the answer is an exception, whose text this is
  //   kUnavailable, kCorrupt  as for Receive
  base::Result<abci::Response> Call(const abci::Request& request);

  // True when the other side has ended the connection and nothing is left to read.
  bool AtEnd();
  // True when nothing can be read now.
  bool IsQuiet() const;
  // Ends the connection as a killed process does that had not read everything.
  void Reset();

 private:
  explicit EngineConnection(int descriptor) : descriptor_(descriptor) {}
  bool ReadSome();
  void Close();

  int descriptor_ = -1;
  std::string received_;
};

}  // namespace sogoc::support
