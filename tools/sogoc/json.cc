#include "tools/sogoc/json.h"

#include <google/protobuf/util/json_util.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace sogoc::tools {
namespace {

constexpr std::size_t kJsonBytesMax = 16 << 20;

std::string Print(const google::protobuf::Message& message, bool whitespace, bool all) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.add_whitespace = whitespace;
  options.always_print_primitive_fields = all;
  std::string text;
  // Fails only for types (Any, Timestamp …) that the schema does not use.
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) std::abort();
  return text;
}

}  // namespace

base::Result<std::string> ReadFile(const std::string& path, std::size_t bytes_max) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return base::NotFound(path + " is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::NotFound("cannot open " + path);
  std::string content;
  std::array<char, 65'536> chunk;
  while (content.size() <= bytes_max && file.read(chunk.data(), chunk.size()).gcount() > 0) {
    content.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return base::NotFound("cannot read " + path);
  if (content.size() > bytes_max) {
    return base::InvalidArgument(path + " has more than " + std::to_string(bytes_max) + " bytes");
  }
  return content;
}

base::Status ParseJson(const std::string& where, const std::string& text,
                       google::protobuf::Message& message) {
  const std::unique_ptr<google::protobuf::Message> parsed(message.New());  // parsing clears
  const auto status = google::protobuf::util::JsonStringToMessage(text, parsed.get());
  if (!status.ok()) {
    return base::InvalidArgument(where + " is no v1." + message.GetDescriptor()->name() +
                                 " in JSON: " + std::string(status.message()));
  }
  message.MergeFrom(*parsed);
  return base::Ok();
}

base::Status ReadJsonMessage(const std::string& path, google::protobuf::Message& message) {
  TRY(const std::string text, ReadFile(path, kJsonBytesMax));
  return ParseJson(path, text, message);
}

std::string JsonLine(const google::protobuf::Message& message) {
  return Print(message, /*whitespace=*/false, /*all=*/false);
}

std::string JsonText(const google::protobuf::Message& message, bool all) {
  return Print(message, /*whitespace=*/true, all);
}

}  // namespace sogoc::tools
