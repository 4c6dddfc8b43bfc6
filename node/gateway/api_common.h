#pragma once

// What the parts of the API share.

#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "node/gateway/api.h"
#include "node/gateway/http_message.h"
#include "proto/api.pb.h"

namespace sogoc::gateway {

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kProtobuf = "application/x-protobuf";

// The message as JSON (proto3 mapping, field names as in the schema).
std::string ToJson(const google::protobuf::Message& message);

// 200 with the message in the form that `Accept` asks for: JSON, or protobuf.
Response Answer(const Request& request, const google::protobuf::Message& message);

// The newest signed head and its state: what every read answer is computed at, so that one
// checkpoint covers all of an answer.
struct ReadPoint {
  std::shared_ptr<const peer::SignedHead> signed_head;
  std::unique_ptr<const storage::StateAt> state;
};
ReadPoint ReadAtCheckpoint(const ApiServices& services);

OwnStanding OwnStandingOf(const ApiServices& services);

// Sets the four fields that CommittedEntry and LogEntry have in common.
template <class Message>
void SetStanding(const peer::Standing& standing, Message& out) {
  out.set_final(standing.final);
  out.set_cosigned(static_cast<std::uint32_t>(standing.cosigned));
  out.set_cosigners_known(static_cast<std::uint32_t>(standing.cosigners_known));
  out.set_quorum_needed(static_cast<std::uint32_t>(standing.quorum_needed));
}

v1::LedgerStatus LedgerStatusAt(const ApiServices& services, const ReadPoint& point);
// The same, with the proof that the block is the last one under the checkpoint.
v1::LedgerStatus ProvedLedgerStatusAt(const ApiServices& services, const ReadPoint& point);

// A route whose handler reads the store.
void GetInBackground(const ApiServices& services, Router& router, std::string_view pattern,
                     Handler handler);

void AddCheckpointRoutes(const ApiServices& services, Router& router);
void AddEntryRoutes(const ApiServices& services, Router& router);
void AddRecordRoutes(const ApiServices& services, Router& router);
void AddTraceRoutes(const ApiServices& services, Router& router);
void AddBlobRoutes(const BlobServices& blobs, const RunInBackground& run, Router& router);
void AddPeerRoutes(const ApiServices& services, Router& router);
void AddStampRoutes(const ApiServices& services, Router& router);

}  // namespace sogoc::gateway
