#pragma once

// Asks a node about a stamp and checks by itself what can be checked without believing it: the
// stamp's own signature, that the answer is about this stamp and this ledger, and the checkpoint if
// a policy is pinned.

#include <optional>
#include <string>

#include "crypto/policy.h"
#include "node/base/bytes.h"
#include "node/ledger/verdict.h"
#include "proto/api.pb.h"
#include "tools/http/http_client.h"

namespace sogoc::tools {

struct StampCheckerOptions {
  std::optional<base::Digest> ledger_id;  // accept answers of this ledger only
  std::optional<crypto::Policy> policy;   // the node's checkpoint must carry its quorum
  std::optional<std::uint8_t> printed_star;
};

class StampChecker {
 public:
  StampChecker(HttpClient client, StampCheckerOptions options)
      : client_(std::move(client)), options_(std::move(options)) {}

  // Never fails: what cannot be checked has the verdict CANNOT_VERIFY with the reason. The address
  // in the code is never visited.
  v1::CheckedStamp Check(const std::string& uri);

 private:
  base::Result<v1::VerdictAnswer> Ask(const std::string& uri);
  base::Status CheckCheckpoint(const v1::VerdictAnswer& answer);

  HttpClient client_;
  StampCheckerOptions options_;
};

// The verdict that a checked stamp names.
ledger::VerdictCode CodeOf(const v1::CheckedStamp& stamp);
// Headline and note for what the tool itself has to say, in place of all that a node said.
void SetVerdict(v1::CheckedStamp& stamp, ledger::VerdictCode code, const std::string& name,
                const std::string& vi, const std::string& en);

}  // namespace sogoc::tools
