#pragma once

// Keys of an organisation: making, showing, and proving that one holds them.

#include <vector>

#include "proto/entry.pb.h"
#include "tools/sogoc/command.h"
#include "tools/sogoc/session.h"

namespace sogoc::tools {

// A new key of `organisation` for `ledger_id` from a file: a private key (its passphrase from
// `passphrase_file`, or asked for), or the v1.NewKey in proto3 JSON that `sogoc key prove` writes.
//   kInvalidArgument  the proof in the file is for another organisation or ledger
//   other             as ReadKey and ReadJsonMessage
base::Result<v1::NewKey> ReadNewKey(const std::string& file, const std::string& passphrase_file,
                                    const base::Digest& ledger_id, const std::string& organisation,
                                    bool manages_keys);

// key new, key show, key prove.
std::vector<Command> KeyCommands();

}  // namespace sogoc::tools
