#pragma once

// Signed entries in files: one entry as its bytes, or several as JSON lines (v1.SignedEntry in
// proto3 JSON). Also how entries are made.

#include <string>
#include <vector>

#include "crypto/p256.h"
#include "node/base/bytes.h"
#include "node/base/result.h"
#include "proto/entry.pb.h"

namespace sogoc::tools {

// What an entry says about itself besides its operations.
struct EntryEnvelope {
  base::Digest ledger_id{};
  std::string author;
  std::uint64_t not_after = 0;  // POSIX seconds
};

// A body with a random nonce.
v1::EntryBody MakeBody(const EntryEnvelope& envelope, const std::vector<v1::Operation>& operations);

// The bytes of a signed entry. kInvalidArgument if the ledger would find the form wrong: too large,
// or a text with control characters; the message says which field.
base::Result<base::Bytes> SignBody(const v1::EntryBody& body, const crypto::P256PrivateKey& key);

// The entries of a file, whose form is right.
//   kNotFound         it cannot be read
//   kInvalidArgument  it holds something else, named with the line
base::Result<std::vector<base::Bytes>> ReadEntryFile(const std::string& path);

// Writes one entry as its bytes, several as JSON lines. Durable on success; replaces the file.
// kUnavailable if the system refuses. Requires: at least one entry.
base::Status WriteEntryFile(const std::string& path, const std::vector<base::Bytes>& entries);

}  // namespace sogoc::tools
