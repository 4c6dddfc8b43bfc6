#pragma once

// Operations from command lines: the schema gives the flags, tools/sogoc/operation_table.h their
// texts, tools/sogoc/values.h the way their values are written.

#include <functional>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "proto/entry.pb.h"
#include "tools/sogoc/command.h"
#include "tools/sogoc/operation_table.h"

namespace sogoc::tools {

// What the values of flags may need besides their text.
struct BuildContext {
  base::TimeNs now = 0;
  // A new key of `organisation` (empty: the author's) with its proof of possession, from a file.
  // Errors are passed on.
  std::function<base::Result<v1::NewKey>(const std::string& file, const std::string& organisation,
                                         bool manages_keys)>
      read_new_key;
};

// The descriptor of a row's operation.
const google::protobuf::Descriptor& OperationMessage(const OperationRow& row);

// The flag of a field: "production-date"; a repeated field loses its plural s; a new key is
// "new-key" everywhere.
std::string FlagName(const google::protobuf::FieldDescriptor& field);

// One flag for each field of the operation in the order of the schema, then "from". AddKey also has
// the switch of its new key; the first keys of an organisation always manage keys.
std::vector<Flag> OperationFlags(const OperationRow& row);

// The operation that the flags state. --from names a file with its message in proto3 JSON, which
// the other flags then override or, where the field is repeated, add to.
//   kInvalidArgument  a value is written wrongly, or a field is missing; the message names the flag
//   other             a file cannot be read
base::Result<v1::Operation> BuildOperation(const OperationRow& row, const FlagValues& values,
                                           const BuildContext& context);

}  // namespace sogoc::tools
