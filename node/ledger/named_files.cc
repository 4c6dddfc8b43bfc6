#include "node/ledger/named_files.h"

#include <string>

namespace sogoc::ledger {
namespace {

// Null for an operation that names no file.
const std::string* FileOf(const v1::Operation& operation) {
  switch (operation.kind_case()) {
    case v1::Operation::kRegisterProduct:
      return &operation.register_product().picture();
    case v1::Operation::kScoreProduct:
      return &operation.score_product().minutes();
    case v1::Operation::kRecordDecision:
      return &operation.record_decision().document();
    case v1::Operation::kRecordStageEvent:
      return &operation.record_stage_event().document();
    case v1::Operation::kOpenRecall:
      return &operation.open_recall().document();
    case v1::Operation::kCloseRecall:
      return &operation.close_recall().report();
    default:
      return nullptr;
  }
}

}  // namespace

std::vector<base::Digest> NamedFiles(const v1::EntryBody& body) {
  std::vector<base::Digest> files;
  for (const v1::Operation& operation : body.operations()) {
    const std::string* const hash = FileOf(operation);
    if (hash == nullptr) continue;
    if (const auto digest = base::DigestFromBytes(base::AsBytes(*hash))) files.push_back(*digest);
  }
  return files;
}

}  // namespace sogoc::ledger
