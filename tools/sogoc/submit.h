#pragma once

// Sends signed entries to the node and says what became of them.

#include <vector>

#include "node/base/bytes.h"
#include "proto/api.pb.h"
#include "tools/sogoc/command.h"
#include "tools/sogoc/session.h"

namespace sogoc::tools {

// One result for each entry, in order. Entries go out in requests of at most `per_request`, one
// request after the other, with progress on a terminal. A busy or silent node is asked again a few
// times: an entry counts once however often it arrives. After the first request that stays without
// an answer nothing more is sent. A result with `error` is undecided: the node never answered, or
// found the bytes malformed.
std::vector<v1::EntryResult> SubmitEntries(Session& session,
                                           const std::vector<base::Bytes>& entries,
                                           std::size_t per_request);

// True for an undecided entry that the node may take at another time.
bool MayBeSentAgain(const v1::EntryResult& result);

// Prints the results: accepted ones to out, the others to err, a refusal with both its sentences;
// or all of them as a v1.SubmitResponse with --json. kFailed if one is undecided, else kRefused if
// one was refused, else kDone.
Exit ReportResults(Session& session, const std::vector<v1::EntryResult>& results);

}  // namespace sogoc::tools
