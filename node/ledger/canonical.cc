#include "node/ledger/canonical.h"

#include <google/protobuf/descriptor.h>

#include <limits>
#include <optional>
#include <set>

#include "proto/entry.pb.h"

namespace sogoc::ledger {
namespace {

using base::ByteView;
using base::Status;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

constexpr int kDepthMax = 16;
enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

base::Error Bad(const FieldDescriptor& field, const char* what) {
  return base::InvalidArgument(field.full_name() + ": " + what);
}

// Reads one varint in its shortest form and moves `bytes` on; nullopt on any other.
std::optional<std::uint64_t> TakeVarint(ByteView& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const std::uint8_t byte = bytes[i];
    if (i == 9 && byte > 1) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte & 0x80) continue;
    if (i > 0 && byte == 0) return std::nullopt;
    bytes = bytes.subspan(i + 1);
    return value;
  }
  return std::nullopt;
}

// The first rules version that knows it.
std::uint32_t Since(const FieldDescriptor& field) {
  const auto& options = field.options();
  return options.HasExtension(v1::since) ? options.GetExtension(v1::since) : 1;
}
std::uint32_t Since(const EnumValueDescriptor& value) {
  const auto& options = value.options();
  return options.HasExtension(v1::value_since) ? options.GetExtension(v1::value_since) : 1;
}

bool IsEnumValue(std::uint64_t number, const EnumDescriptor& type, std::uint32_t rules_version) {
  if (number > std::numeric_limits<std::int32_t>::max()) return false;
  const EnumValueDescriptor* value = type.FindValueByNumber(static_cast<int>(number));
  return value != nullptr && Since(*value) <= rules_version;
}

// True if the value, as it would be written for this type, is `value` again.
bool FitsType(std::uint64_t value, const FieldDescriptor& field, std::uint32_t rules_version) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return value <= 1;
    case FieldDescriptor::TYPE_UINT32:
      return value <= std::numeric_limits<std::uint32_t>::max();
    case FieldDescriptor::TYPE_ENUM:
      return IsEnumValue(value, *field.enum_type(), rules_version);
    default:
      return field.type() == FieldDescriptor::TYPE_UINT64;
  }
}

class Walker {
 public:
  explicit Walker(std::uint32_t rules_version) : rules_version_(rules_version) {}

  Status Message(ByteView bytes, const Descriptor& type, int depth) {
    if (depth > kDepthMax) return base::InvalidArgument("message nested too deep");
    int previous = 0;
    std::set<const google::protobuf::OneofDescriptor*> chosen;
    while (!bytes.empty()) {
      const std::optional<std::uint64_t> tag = TakeVarint(bytes);
      if (!tag || *tag > std::numeric_limits<std::uint32_t>::max()) {
        return base::InvalidArgument(type.full_name() +
                                     ": not a shortest varint where a tag is due");
      }
      const int number = static_cast<int>(*tag >> 3);
      const FieldDescriptor* field = type.FindFieldByNumber(number);
      if (field == nullptr || Since(*field) > rules_version_) {
        return base::InvalidArgument(type.full_name() + ": unknown field " +
                                     std::to_string(number));
      }
      if (number < previous) return Bad(*field, "out of ascending order");
      if (number == previous && (!field->is_repeated() || field->is_packable())) {
        return Bad(*field, "given twice");
      }
      if (field->containing_oneof() != nullptr &&
          !chosen.insert(field->containing_oneof()).second) {
        return Bad(*field, "two members of one oneof");
      }
      previous = number;
      TRY_STATUS(Field(bytes, *field, static_cast<std::uint32_t>(*tag & 7), depth));
    }
    return base::Ok();
  }

 private:
  Status Field(ByteView& bytes, const FieldDescriptor& field, std::uint32_t wire, int depth) {
    const bool is_number = field.cpp_type() != FieldDescriptor::CPPTYPE_STRING &&
                           field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_number && !field.is_repeated()) {
      if (wire != kVarint) return Bad(field, "wrong wire type");
      return Number(bytes, field, /*zero_allowed=*/false);
    }
    if (wire != kLengthDelimited) return Bad(field, "wrong wire type");
    const std::optional<std::uint64_t> length = TakeVarint(bytes);
    if (!length || *length > bytes.size()) return Bad(field, "truncated");
    ByteView content = bytes.first(static_cast<std::size_t>(*length));
    bytes = bytes.subspan(content.size());
    return Content(content, field, depth);
  }

  Status Content(ByteView content, const FieldDescriptor& field, int depth) {
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      return Message(content, *field.message_type(), depth + 1);
    }
    if (content.empty() && !field.is_repeated()) return Bad(field, "default value written out");
    if (field.type() == FieldDescriptor::TYPE_BYTES) return base::Ok();
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      return IsPlainText(content) ? base::Ok() : Status(Bad(field, "not plain UTF-8 text"));
    }
    if (content.empty()) return Bad(field, "empty list written out");
    while (!content.empty()) TRY_STATUS(Number(content, field, /*zero_allowed=*/true));
    return base::Ok();
  }

  Status Number(ByteView& bytes, const FieldDescriptor& field, bool zero_allowed) {
    const std::optional<std::uint64_t> value = TakeVarint(bytes);
    if (!value) return Bad(field, "not a shortest varint");
    if (*value == 0 && !zero_allowed) return Bad(field, "default value written out");
    if (!FitsType(*value, field, rules_version_)) return Bad(field, "value out of range");
    return base::Ok();
  }

  std::uint32_t rules_version_;
};

}  // namespace

Status CheckCanonical(ByteView bytes, const Descriptor& type, std::uint32_t rules_version) {
  return Walker(rules_version).Message(bytes, type, 0);
}

bool IsPlainText(ByteView bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::uint8_t lead = bytes[i];
    if (lead < 0x80) {
      if (lead < 0x20 || lead == 0x7f) return false;
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || i + length > bytes.size()) return false;
    std::uint32_t point = lead & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if ((bytes[i + k] & 0xc0) != 0x80) return false;
      point = (point << 6) | (bytes[i + k] & 0x3fU);
    }
    const std::uint32_t shortest = length == 2 ? 0xa0 : length == 3 ? 0x800 : 0x10000;
    if (point < shortest || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
    i += length;
  }
  return true;
}

}  // namespace sogoc::ledger
