#pragma once

// The commands that state one operation each, and what their flags mean. The fields themselves come
// from the schema (proto/entry.proto); here stand the names and texts that it does not hold.

#include <span>
#include <string_view>

namespace google::protobuf {
class FieldDescriptor;
}

namespace sogoc::tools {

struct OperationRow {
  const char* member;  // of the oneof v1::Operation::kind
  const char* path;    // of the command: "batch register"
  const char* help;
  const char* example;  // what follows the path
};

// How a field is written on the command line (tools/sogoc/values.h).
enum class ValueKind {
  kText,
  kWhole,
  kGtin,
  kDate,
  kTime,
  kDigest,
  kPublicKey,
  kSwitch,
  kEnum,
  kPoints,
  kAmount,
  kNewKey,    // a file: a private key, or what `sogoc key prove` wrote
  kJsonFile,  // a file with the message in proto3 JSON
  kInput,
  kRange,
  kDecision,
  kScore,
  kResidence,
};

struct FieldRow {
  const char* field;  // "lot", or "OpenRecall.lot" where one message differs
  ValueKind kind;
  bool optional;
  const char* help;
};

// All operations but `found`, which has a command of its own (tools/sogoc/found.h).
std::span<const OperationRow> OperationRows();

// The row of a field of an operation: of "Message.field" if there is one, else of "field". nullptr
// if the table lacks it.
const FieldRow* FindFieldRow(const google::protobuf::FieldDescriptor& field);

}  // namespace sogoc::tools
