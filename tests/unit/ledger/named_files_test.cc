#include "node/ledger/named_files.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using google::protobuf::FieldDescriptor;

// Fields of 32 bytes or fewer that are no file's hash: keys, ids, signatures, salted digests.
const std::set<std::string> kOther = {
    "Found",         "Propose",    "Approve",         "AdmitOrganisation",
    "AddKey",        "RetireKey",  "RevokeKey",       "ReplaceLostKeys",
    "RegisterBatch", "SetRunKeys", "RegisterProducer"};

// Every operation that has a field of bytes either names a file or is known to mean something else:
// so that a new operation is not forgotten.
TEST(NamedFilesTest, EveryOperationWithAHashIsKnown) {
  const auto* kinds = v1::Operation::descriptor();
  std::size_t named = 0;
  for (int i = 0; i < kinds->field_count(); ++i) {
    const auto* kind = kinds->field(i)->message_type();
    v1::EntryBody body;
    v1::Operation& operation = *body.add_operations();
    auto* message = operation.GetReflection()->MutableMessage(&operation, kinds->field(i));
    bool has_bytes = false;
    for (int j = 0; j < kind->field_count(); ++j) {
      const FieldDescriptor* field = kind->field(j);
      if (field->type() != FieldDescriptor::TYPE_BYTES || field->is_repeated()) continue;
      has_bytes = true;
      message->GetReflection()->SetString(message, field, std::string(32, 'h'));
    }
    const bool is_file = has_bytes && !kOther.contains(kind->name());
    EXPECT_EQ(NamedFiles(body).size(), is_file ? 1U : 0U) << kind->name();
    named += NamedFiles(body).size();
    message->Clear();
    EXPECT_TRUE(NamedFiles(body).empty()) << kind->name();
  }
  EXPECT_EQ(named, 6U);
}

}  // namespace
}  // namespace sogoc::ledger
