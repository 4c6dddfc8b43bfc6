#pragma once

// Decides whether received bytes are the one canonical form of a message (docs/format/entry.md).
// The walk is ours, over the bytes as they came: a protobuf library accepts many encodings of one
// message and keeps fields that it does not know.

#include <cstdint>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace google::protobuf {
class Descriptor;
}

namespace sogoc::ledger {

// Ok if `bytes` are canonical for `type` under `rules_version`: fields in ascending order, each
// singular field and each member of a oneof at most once, repeated numbers packed, the right wire
// types, shortest varints, no field with its default value, strings in UTF-8 without control
// characters, no field and no enum value that the schema or its `since` options do not give to that
// version, nesting at most 16 deep. Then parsing and re-serialising gives the same bytes.
// kInvalidArgument otherwise, naming the field and what is wrong.
base::Status CheckCanonical(base::ByteView bytes, const google::protobuf::Descriptor& type,
                            std::uint32_t rules_version);

// True for well-formed UTF-8 (no surrogates, no overlong forms) without U+0000-U+001F,
// U+007F-U+009F.
bool IsPlainText(base::ByteView bytes);

}  // namespace sogoc::ledger
