#pragma once

// From operations to a signed entry that is printed, written or sent, as the options say.

#include <vector>

#include "proto/entry.pb.h"
#include "tools/sogoc/command.h"
#include "tools/sogoc/session.h"

namespace sogoc::tools {

// One entry of all operations. With --dry-run its body is printed as JSON; without a --ledger-id
// the body then lacks that field and no node is asked. With --out it is signed and written. Else it
// is signed and sent; if the node gives no answer, it is kept in a file of the working folder that
// the message names, so that it can be sent again without being stated twice.
//   errors  of Session and SignBody; nothing was sent then
base::Result<Exit> Deliver(Session& session, const std::vector<v1::Operation>& operations);

// Several entries that rest on one another: each is sent when the one before is recorded, and the
// first that is not is the last that is sent.
base::Result<Exit> DeliverInOrder(Session& session,
                                  const std::vector<std::vector<v1::Operation>>& entries);

}  // namespace sogoc::tools
