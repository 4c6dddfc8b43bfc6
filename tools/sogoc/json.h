#pragma once

// Messages as JSON: the proto3 mapping with the field names of the schema.

#include <google/protobuf/message.h>

#include <string>

#include "node/base/result.h"

namespace sogoc::tools {

// The whole of a file.
//   kNotFound         it cannot be read
//   kInvalidArgument  it is larger than `bytes_max`
base::Result<std::string> ReadFile(const std::string& path, std::size_t bytes_max);

// Merges the JSON text into `message`. kInvalidArgument, naming `where` and the place, if it is not
// JSON of that message; a field that the schema does not know is an error.
base::Status ParseJson(const std::string& where, const std::string& text,
                       google::protobuf::Message& message);

// The same from a file; errors also as ReadFile.
base::Status ReadJsonMessage(const std::string& path, google::protobuf::Message& message);

// One line, without its end. Fields with their default value are left out.
std::string JsonLine(const google::protobuf::Message& message);
// Indented lines. With `all`, fields with their default value too: for programs that read it.
std::string JsonText(const google::protobuf::Message& message, bool all);

}  // namespace sogoc::tools
