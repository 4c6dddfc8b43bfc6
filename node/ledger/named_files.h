#pragma once

// The files that an entry names by their SHA-256: pictures, minutes, documents, reports. The ledger
// holds the hashes alone; the files lie beside it.

#include <vector>

#include "node/base/bytes.h"
#include "proto/entry.pb.h"

namespace sogoc::ledger {

// In the order of the operations. Salted digests of personal data are not among them: what they
// stand for is nobody's to serve.
std::vector<base::Digest> NamedFiles(const v1::EntryBody& body);

}  // namespace sogoc::ledger
