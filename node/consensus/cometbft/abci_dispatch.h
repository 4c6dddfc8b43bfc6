#pragma once

// From a request of the engine to its answer.

#include <string>

#include "node/base/result.h"
#include "node/consensus/cometbft/application.h"
#include "proto/abci.pb.h"

namespace sogoc::cometbft {

// A name for logs, "finalize_block"; "unknown request" when the message holds none that is known.
// Lives for ever.
const std::string& RequestName(const abci::Request& request);

// Whether it is one of the calls that the engine makes in order, to one application state.
bool IsConsensusRequest(const abci::Request& request);

// The response of the same kind: from `application`, or from here where it is not asked (echo,
// flush, snapshots, of which there are none). An error is to be told by an exception: that of
// `application`, or kInvalidArgument for a request that is unknown or never to come (vote
// extensions are off).
base::Result<abci::Response> AnswerRequest(Application& application, const abci::Request& request);

}  // namespace sogoc::cometbft
