#include "tools/verify/report.h"

#include <google/protobuf/util/json_util.h>

#include <iostream>

#include "node/ledger/verdict.h"
#include "tools/verify/stamp_checker.h"

namespace sogoc::tools {
namespace {

void PrintJson(const v1::CheckedStamp& stamp) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (google::protobuf::util::MessageToJsonString(stamp, &json, options).ok()) {
    std::cout << json << "\n";
  }
}

void PrintFull(const v1::CheckedStamp& stamp) {
  std::cout << stamp.verdict() << "  " << stamp.verdict_vi() << "\n  (" << stamp.verdict_en()
            << ")\n";
  if (!stamp.source().empty()) std::cout << "  nguồn / source: " << stamp.source() << "\n";
  for (const auto& note : stamp.notes()) {
    std::cout << "  - " << note.vi() << "\n    " << note.en() << "\n";
  }
  const v1::VerdictAnswer& answer = stamp.answer();
  if (answer.has_product()) {
    std::cout << "  sản phẩm / product: " << answer.product().name() << " ("
              << answer.product().producer_name() << ")\n";
  }
  if (answer.has_ledger()) {
    const auto& ledger = answer.ledger();
    std::cout << "  sổ / ledger: " << ledger.origin() << ", khối / block " << ledger.height()
              << ", " << ledger.checkpoint().age_seconds() << " s, "
              << ledger.checkpoint().cosigners_size() << "/"
              << ledger.checkpoint().cosigners_known() << " cosigners\n";
  }
  std::cout << "  chữ ký tem tự kiểm / own signature check: "
            << (stamp.own_signature_check() ? "đúng / good" : "–") << "\n";
  for (int i = 0; i < stamp.not_proved_vi_size(); ++i) {
    std::cout << "  ! " << stamp.not_proved_vi(i) << "\n    " << stamp.not_proved_en(i) << "\n";
  }
}

}  // namespace

void Report::Add(const v1::CheckedStamp& stamp, bool brief) {
  const int exit_code = ledger::ExitCodeOf(CodeOf(stamp));
  against_ = against_ || exit_code == 1;
  unchecked_ = unchecked_ || exit_code == 2;
  ++counts_[stamp.verdict()];
  if (json_) {
    PrintJson(stamp);
  } else if (brief) {
    std::cout << stamp.verdict() << "\t" << stamp.source() << "\t"
              << (stamp.notes_size() > 0 ? stamp.notes(0).vi() : "") << "\n";
  } else {
    PrintFull(stamp);
  }
}

void Report::Summarise() const {
  std::size_t total = 0;
  for (const auto& [verdict, count] : counts_) total += count;
  if (json_ || total < 2) return;
  std::cerr << total << " tem / stamps:";
  for (const auto& [verdict, count] : counts_) std::cerr << "  " << verdict << " " << count;
  std::cerr << "\n";
}

int Report::exit_code() const { return against_ ? 1 : unchecked_ ? 2 : 0; }

}  // namespace sogoc::tools
