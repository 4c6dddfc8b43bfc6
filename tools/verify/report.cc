#include "tools/verify/report.h"

#include <google/protobuf/util/json_util.h>

#include <iostream>

#include "node/ledger/verdict.h"
#include "tools/verify/verdict_choice.h"

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

// Names, notes and reasons are written by others: no control character of theirs (C0, DEL, C1)
// reaches the terminal.
std::string Plain(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    const bool c1 = byte == 0xC2 && i + 1 < text.size() &&
                    static_cast<std::uint8_t>(text[i + 1]) >= 0x80 &&
                    static_cast<std::uint8_t>(text[i + 1]) < 0xA0;
    if (c1) ++i;
    out.push_back(c1 || byte < 0x20 || byte == 0x7F ? '?' : text[i]);
  }
  return out;
}

void PrintBoth(const char* bullet, const std::string& vi, const std::string& en) {
  std::cout << bullet << Plain(vi) << "\n    " << Plain(en) << "\n";
}

void PrintGoods(const v1::VerdictAnswer& answer) {
  if (answer.has_product()) {
    std::cout << "  Sản phẩm / product: " << Plain(answer.product().name()) << ", "
              << Plain(answer.product().producer_name()) << "\n";
  }
  if (answer.has_label()) {
    std::cout << "  Lô / lot: " << Plain(answer.label().lot()) << ", tem số / serial "
              << answer.label().serial() << "\n";
  }
}

// By the tool's own count and clock.
void PrintCheckpoint(const v1::CheckedPeer& peer) {
  std::cout << peer.cosigners_size() << "/" << peer.cosigners_known();
  if (peer.quorum()) {
    std::cout << ", chung cuộc / final, " << peer.age_seconds() << " giây trước / s ago\n";
  } else {
    std::cout << ", chưa chung cuộc / not yet final (" << peer.cosigners_size() << " of "
              << peer.cosigners_known() << ")\n";
  }
}

void PrintLedger(const v1::CheckedStamp& stamp) {
  const v1::LedgerStatus& ledger = stamp.answer().ledger();
  for (const v1::CheckedPeer& peer : stamp.peers()) {
    if (!peer.followed()) continue;
    std::cout << "  Sổ / ledger: " << Plain(ledger.origin()) << ", khối / block " << ledger.height()
              << ", xác nhận / cosigned ";
    PrintCheckpoint(peer);
  }
}

// Where more than one was asked.
void PrintPeers(const v1::CheckedStamp& stamp) {
  if (stamp.peers_size() < 2) return;
  for (const v1::CheckedPeer& peer : stamp.peers()) {
    std::cout << "  Máy chủ / peer " << Plain(peer.url()) << ": " << peer.verdict();
    if (peer.size() != 0) {
      std::cout << ", " << peer.size() << " mục / leaves, xác nhận / cosigned ";
      PrintCheckpoint(peer);
    } else {
      std::cout << "\n";
    }
  }
}

void PrintFull(const v1::CheckedStamp& stamp) {
  std::cout << stamp.verdict() << ": " << stamp.verdict_vi() << "\n  " << stamp.verdict_en()
            << "\n";
  if (!stamp.source().empty()) {
    std::cout << "  Nguồn / source: " << Plain(stamp.source()) << "\n";
  }
  for (const auto& note : stamp.notes()) PrintBoth("  - ", note.vi(), note.en());
  const bool usable = ledger::ExitCodeOf(CodeOf(stamp)) != 2;
  if (usable && stamp.has_answer()) {
    PrintGoods(stamp.answer());
    PrintLedger(stamp);
  }
  PrintPeers(stamp);
  if (stamp.own_signature_check()) {
    std::cout << "  Chữ ký trên tem: đúng với khóa mà máy chủ đưa ra\n"
                 "    Signature on the stamp: right for the key that the node names\n";
  }
  for (const std::string& path : stamp.evidence()) {
    std::cout << "  Bằng chứng / evidence: " << Plain(path) << "\n";
  }
  for (int i = 0; i < stamp.not_proved_vi_size(); ++i) {
    PrintBoth("  ! ", stamp.not_proved_vi(i), stamp.not_proved_en(i));
  }
  std::cout << "\n";
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
    std::cout << stamp.verdict() << "\t" << Plain(stamp.source()) << "\t"
              << (stamp.notes_size() > 0 ? Plain(stamp.notes(0).vi()) : "") << "\n";
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
