#include "tools/sogoc/operation_flags.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "tools/sogoc/json.h"
#include "tools/sogoc/values.h"

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;
using base::Status;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// RAW_MATERIAL as "raw-material".
std::string EnumWord(const EnumValueDescriptor& value) {
  std::string word = value.name();
  for (char& c : word) c = c == '_' ? '-' : static_cast<char>(std::tolower(c));
  return word;
}

// "void|lost|stolen|revoked"; the value 0 means nothing and is left out.
std::string EnumWords(const EnumDescriptor& type) {
  std::string words;
  for (int i = 1; i < type.value_count(); ++i) {
    words += (i > 1 ? "|" : "") + EnumWord(*type.value(i));
  }
  return words;
}

std::string Placeholder(ValueKind kind, const FieldDescriptor& field) {
  switch (kind) {
    case ValueKind::kText:
      return "TEXT";
    case ValueKind::kWhole:
      return "NUMBER";
    case ValueKind::kGtin:
      return "GTIN";
    case ValueKind::kDate:
      return "YYYY-MM-DD";
    case ValueKind::kTime:
      return "TIME|now";
    case ValueKind::kDigest:
      return "HEX|@FILE";
    case ValueKind::kPublicKey:
      return "HEX";
    case ValueKind::kSwitch:
      return "";
    case ValueKind::kEnum:
      return EnumWords(*field.enum_type());
    case ValueKind::kPoints:
      return "POINTS";
    case ValueKind::kAmount:
      return "AMOUNT";
    case ValueKind::kNewKey:
    case ValueKind::kJsonFile:
      return "FILE";
    case ValueKind::kInput:
      return "GTIN:LOT:AMOUNT";
    case ValueKind::kRange:
      return "FIRST-LAST";
    case ValueKind::kDecision:
      return "ISSUER:DATE:NUMBER";
    case ValueKind::kScore:
      return "COUNCIL:SESSION";
    case ValueKind::kResidence:
      return "COMMUNE:DATE";
  }
  std::abort();
}

const FieldRow& RowOf(const FieldDescriptor& field) {
  const FieldRow* row = FindFieldRow(field);
  if (row == nullptr) std::abort();  // a test walks the whole schema
  return *row;
}

// One field of an operation that is being built.
class FieldWriter {
 public:
  FieldWriter(Message& message, const FieldDescriptor& field, const BuildContext& context,
              bool manages_keys)
      : message_(message), field_(field), context_(context), manages_keys_(manages_keys) {}

  Status Write(ValueKind kind, const std::string& text) {
    switch (kind) {
      case ValueKind::kText:
        return SetText(text);
      case ValueKind::kWhole:
        return SetNumber(ParseWhole(text));
      case ValueKind::kGtin:
        return SetText(ParseGtin(text));
      case ValueKind::kDate:
        return SetNumber(ParseDate(text, context_.now));
      case ValueKind::kTime:
        return SetNumber(ParseTime(text, context_.now));
      case ValueKind::kDigest:
        return SetText(ParseDigest(text));
      case ValueKind::kPublicKey:
        return SetText(ParsePublicKey(text));
      case ValueKind::kSwitch:
        message_.GetReflection()->SetBool(&message_, &field_, true);
        return base::Ok();
      case ValueKind::kEnum:
        return SetEnum(text);
      case ValueKind::kPoints:
        return SetNumber(ParsePoints(text));
      case ValueKind::kAmount:
        return SetAmount(text);
      case ValueKind::kNewKey:
        return SetMessage(context_.read_new_key(text, Organisation(), manages_keys_));
      case ValueKind::kJsonFile:
        return SetFromFile(text);
      case ValueKind::kInput:
        return SetMessage(ParseInput(text));
      case ValueKind::kRange:
        return SetMessage(ParseRange(text));
      case ValueKind::kDecision:
        return SetMessage(ParseDecision(text, context_.now));
      case ValueKind::kScore:
        return SetMessage(ParseScore(text));
      case ValueKind::kResidence:
        return SetMessage(ParseResidence(text, context_.now));
    }
    std::abort();
  }

 private:
  Status SetText(Result<std::string> text) {
    TRY(std::string value, std::move(text));
    if (field_.is_repeated()) {
      message_.GetReflection()->AddString(&message_, &field_, std::move(value));
    } else {
      message_.GetReflection()->SetString(&message_, &field_, std::move(value));
    }
    return base::Ok();
  }

  template <class Integer>
  Status SetNumber(Result<Integer> number) {
    TRY(const std::uint64_t value, std::move(number));
    if (field_.cpp_type() == FieldDescriptor::CPPTYPE_UINT64) {
      message_.GetReflection()->SetUInt64(&message_, &field_, value);
      return base::Ok();
    }
    if (value > std::numeric_limits<std::uint32_t>::max()) {
      return InvalidArgument(std::to_string(value) + " is too large");
    }
    message_.GetReflection()->SetUInt32(&message_, &field_, static_cast<std::uint32_t>(value));
    return base::Ok();
  }

  Status SetEnum(const std::string& text) {
    const EnumDescriptor& type = *field_.enum_type();
    for (int i = 1; i < type.value_count(); ++i) {
      if (EnumWord(*type.value(i)) != text) continue;
      message_.GetReflection()->SetEnum(&message_, &field_, type.value(i));
      return base::Ok();
    }
    return InvalidArgument("\"" + text + "\" is none of " + EnumWords(type));
  }

  // An amount brings the unit of its message along.
  Status SetAmount(const std::string& text) {
    TRY(const Amount amount, ParseAmount(text));
    message_.GetReflection()->SetUInt64(&message_, &field_, amount.value);
    const FieldDescriptor* unit = message_.GetDescriptor()->FindFieldByName("unit");
    if (unit == nullptr || amount.unit == v1::UNIT_UNSPECIFIED) return base::Ok();
    const int present = message_.GetReflection()->GetEnumValue(message_, unit);
    if (present != v1::UNIT_UNSPECIFIED && present != amount.unit) {
      return InvalidArgument("\"" + text + "\" is in another unit than the batch");
    }
    message_.GetReflection()->SetEnumValue(&message_, unit, amount.unit);
    return base::Ok();
  }

  Status SetFromFile(const std::string& path) {
    Message& part = *Part();
    return ReadJsonMessage(path, part);
  }

  template <class M>
  Status SetMessage(Result<M> value) {
    TRY(const M message, std::move(value));
    Part()->CopyFrom(message);
    return base::Ok();
  }

  Message* Part() {
    const auto* reflection = message_.GetReflection();
    return field_.is_repeated() ? reflection->AddMessage(&message_, &field_)
                                : reflection->MutableMessage(&message_, &field_);
  }

  std::string Organisation() const {
    const FieldDescriptor* field = message_.GetDescriptor()->FindFieldByName("organisation");
    return field == nullptr ? "" : message_.GetReflection()->GetString(message_, field);
  }

  Message& message_;
  const FieldDescriptor& field_;
  const BuildContext& context_;
  const bool manages_keys_;
};

// A key added later manages keys if the command says so. The first keys of an organisation always
// do: without one it could never change its keys.
bool ManagesKeys(const google::protobuf::Descriptor& type, const FlagValues& values) {
  return &type != v1::AddKey::descriptor() || values.Has("manages-keys");
}

bool IsSet(const Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  return field.is_repeated() ? reflection->FieldSize(message, &field) > 0
                             : reflection->HasField(message, &field);
}

// New keys and amounts rest on other fields, so they come after them.
bool ComesLate(ValueKind kind) { return kind == ValueKind::kNewKey || kind == ValueKind::kAmount; }

Status WriteFlags(Message& message, const FlagValues& values, const BuildContext& context,
                  bool late) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const ValueKind kind = RowOf(field).kind;
    const std::string flag = FlagName(field);
    if (ComesLate(kind) != late || !values.Has(flag)) continue;
    FieldWriter writer(message, field, context, ManagesKeys(type, values));
    if (kind == ValueKind::kSwitch) TRY_STATUS(writer.Write(kind, ""));
    for (const std::string& text : values.All(flag)) {
      if (auto written = writer.Write(kind, text); !written) {
        return base::Error{written.error().code, "--" + flag + ": " + written.error().message};
      }
    }
  }
  return base::Ok();
}

// Every field that must be is set, or its flag given.
Status CheckComplete(const Message& message, const FlagValues& values) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const FieldRow& row = RowOf(field);
    const std::string flag = FlagName(field);
    if (row.optional || values.Has(flag) || IsSet(message, field)) continue;
    return InvalidArgument("--" + flag + " is missing: " + row.help);
  }
  return base::Ok();
}

Status CheckUnit(const Message& message) {
  const FieldDescriptor* unit = message.GetDescriptor()->FindFieldByName("unit");
  if (unit != nullptr && !IsSet(message, *unit)) {
    return InvalidArgument("--amount needs its unit, as 500kg, or --unit");
  }
  return base::Ok();
}

}  // namespace

const google::protobuf::Descriptor& OperationMessage(const OperationRow& row) {
  const FieldDescriptor* member = v1::Operation::descriptor()->FindFieldByName(row.member);
  if (member == nullptr) std::abort();
  return *member->message_type();
}

std::string FlagName(const FieldDescriptor& field) {
  if (RowOf(field).kind == ValueKind::kNewKey) return "new-key";
  std::string name = field.name();
  if (field.is_repeated() && name.back() == 's') name.pop_back();
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

std::vector<Flag> OperationFlags(const OperationRow& row) {
  std::vector<Flag> flags;
  const auto& type = OperationMessage(row);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const FieldRow& text = RowOf(field);
    const FlagKind kind = text.kind == ValueKind::kSwitch ? FlagKind::kSwitch
                          : field.is_repeated()           ? FlagKind::kList
                                                          : FlagKind::kValue;
    const char* more = field.is_repeated() ? " (may be repeated)"
                       : text.optional     ? " (optional)"
                                           : "";
    flags.push_back(
        {FlagName(field), kind, Placeholder(text.kind, field), std::string(text.help) + more});
    if (text.kind == ValueKind::kNewKey) {
      flags.push_back({"new-key-passphrase-file", FlagKind::kValue, "FILE",
                       "passphrase of --new-key, where that is a private key"});
    }
  }
  if (&type == v1::AddKey::descriptor()) {
    const FieldDescriptor& field = *v1::NewKey::descriptor()->FindFieldByName("manages_keys");
    flags.push_back({FlagName(field), FlagKind::kSwitch, "", RowOf(field).help});
  }
  flags.push_back({"from", FlagKind::kValue, "FILE",
                   "take the fields of v1." + type.name() + " from proto3 JSON"});
  return flags;
}

Result<v1::Operation> BuildOperation(const OperationRow& row, const FlagValues& values,
                                     const BuildContext& context) {
  v1::Operation operation;
  const FieldDescriptor* member = v1::Operation::descriptor()->FindFieldByName(row.member);
  Message& message = *operation.GetReflection()->MutableMessage(&operation, member);
  if (values.Has("from")) TRY_STATUS(ReadJsonMessage(values.Get("from"), message));
  TRY_STATUS(WriteFlags(message, values, context, /*late=*/false));
  TRY_STATUS(CheckComplete(message, values));
  TRY_STATUS(WriteFlags(message, values, context, /*late=*/true));
  TRY_STATUS(CheckUnit(message));
  return operation;
}

}  // namespace sogoc::tools
