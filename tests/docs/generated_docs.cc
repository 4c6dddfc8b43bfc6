// Writes docs/refusals.md, docs/rules.md and docs/metrics.md from the code, or says that they are
// out of date.
//
// usage: generated_docs [--write]

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "node/app/metrics.h"
#include "node/ledger/refusal.h"
#include "tests/support/paths.h"

namespace sogoc::ledger {
namespace {

constexpr const char* kGenerated =
    "\nThis page is made from the code: `build/dev/tests/generated_docs --write`.\n";

constexpr std::array<const char*, 10> kGroups = {
    "",           "The entry",      "Organisations, keys, roles",
    "Governance", "Reference data", "Producers and products",
    "Grading",    "Batches",        "Labels",
    "Recalls"};

std::string RefusalsPage() {
  std::ostringstream out;
  out << "# Refusals\n\n"
         "What the author of a refused entry is told. Numbers and names never change; sentences "
         "may "
         "be improved. {0}, {1} … stand for what the case is about. A refusal is an answer and is "
         "never hashed; the entry may be sent again until its time limit. The rules are in "
         "[rules.md](rules.md).\n"
      << kGenerated;
  unsigned group = 0;
  for (const RefusalInfo& info : AllRefusals()) {
    const auto number = static_cast<unsigned>(info.code);
    if (number / 100 != group) {
      group = number / 100;
      out << "\n## " << group << "xx " << kGroups.at(group) << "\n\n"
          << "| number | name | rule | tiếng Việt | English |\n|---|---|---|---|---|\n";
    }
    out << "| " << number << " | " << info.name << " | " << RuleName(info.rule) << " | " << info.vi
        << " | " << info.en << " |\n";
  }
  return out.str();
}

struct RuleText {
  Rule rule;
  const char* vi;
  const char* en;
  const char* elsewhere;  // what upholds it besides refusals
};

constexpr RuleText kRules[] = {
    {Rule::kI1,
     "Mỗi bản ghi được ký bằng khóa đang dùng của tổ chức có đúng quyền tại đơn vị hành chính vào "
     "ngày ghi sổ",
     "Every entry is signed by an active key of its author, who holds the role that the operation "
     "needs, for its unit, on the day of record",
     ""},
    {Rule::kI3,
     "Hạng sao đúng với tổng điểm theo quy định có hiệu lực vào ngày quyết định; không phần điểm "
     "nào vượt mức tối đa",
     "The star is that of the total score in the regime of the decision's date; no part exceeds "
     "its maximum",
     ""},
    {Rule::kI4,
     "Cấp ban hành được công nhận hạng sao đó vào ngày quyết định; chỉ cấp đó hoặc cấp cao hơn "
     "được thu hồi",
     "The issuer's level may grant that star on the decision's date; the same level or a higher "
     "one revokes",
     ""},
    {Rule::kI5, "Xã của chủ thể thuộc địa bàn của cơ quan ban hành vào ngày quyết định",
     "The issuer's area contains the producer's commune on the decision's date", ""},
    {Rule::kI6, "Sản phẩm không đạt tiêu chí bắt buộc thì không được chứng nhận",
     "A product that failed a mandatory criterion gets no certificate", ""},
    {Rule::kI7,
     "Giấy chứng nhận có hạn đến ngày tương ứng sau số tháng của quy định (36), không quá cuối "
     "tháng, tính cả ngày đó",
     "A certificate is valid to the corresponding day after the regime's months (36), at most the "
     "month's last, that day included",
     ""},
    {Rule::kI8, "Mỗi ngày một sản phẩm có nhiều nhất một giấy chứng nhận có hiệu lực",
     "A product has at most one certificate in force on any day", ""},
    {Rule::kI10, "Số tem của lô, trừ tem hủy, không vượt số đơn vị bán được",
     "The labels of a batch, void ones apart, never exceed its sellable units", ""},
    {Rule::kI11, "Kích hoạt ≤ đã in ≤ được cấp", "activated ≤ printed ≤ authorised", ""},
    {Rule::kI12, "Các dải số tem của một GTIN không chồng nhau",
     "Serial ranges of one GTIN never overlap", ""},
    {Rule::kI13,
     "Chỉ cấp tem khi sản phẩm có giấy chứng nhận còn hiệu lực với đúng hạng sao được in",
     "Labels need a certificate of that product, in force, with the star that is printed", ""},
    {Rule::kI14, "Tem cấp khi giấy chứng nhận còn hiệu lực vẫn là tem thật sau khi giấy hết hạn",
     "Labels of an expired certificate stay genuine; the star is shown as past", "the verdict"},
    {Rule::kI15,
     "Thu hồi giấy chứng nhận thì không cấp tem mới; tem cũ là “chứng nhận bị thu hồi”, không phải "
     "tem giả",
     "A revoked certificate gives no new labels; its old ones read “certificate revoked”, not "
     "counterfeit",
     "the verdict"},
    {Rule::kI16,
     "Hạn dùng không trước ngày sản xuất; lô nguyên liệu không sản xuất sau lô dùng nó; không có "
     "vòng",
     "A batch does not expire before production; no input is younger than what is made of it; no "
     "cycles",
     "inputs are on the ledger before the batch"},
    {Rule::kI17, "Lượng lấy từ một lô nguyên liệu không vượt lượng của lô",
     "What is drawn from an input batch never exceeds it", ""},
    {Rule::kI18, "Sự kiện có địa điểm đã biết và thời điểm không sau lúc ghi sổ",
     "A stage event has a known place and a time that is not after the record", ""},
    {Rule::kI19, "Thu hồi một lô có hiệu lực với mọi lô làm từ lô đó",
     "A recall of a batch reaches every batch made of it", "the verdict, by the ancestors' list"},
    {Rule::kI20, "Không kích hoạt trước khi in; một tem chỉ thuộc một lô",
     "No activation before printing; a label belongs to one batch", "a run names its batch"},
    {Rule::kI21, "Số kiểm tra và bộ ký tự đúng chuẩn GS1",
     "Check digits and character sets are those of GS1", ""},
    {Rule::kI24, "Đơn vị hành chính tồn tại vào ngày được xét",
     "Admin units exist on the day for which they are named", ""},
};

std::string RefusalsOf(Rule rule) {
  std::string list;
  for (const RefusalInfo& info : AllRefusals()) {
    if (info.rule == rule) {
      list += (list.empty() ? "" : ", ") + std::to_string(static_cast<unsigned>(info.code));
    }
  }
  return list;
}

std::string RulesPage() {
  std::ostringstream out;
  out << "# Rules of the trade\n\n"
         "What the ledger upholds, whoever signs. Each stands in one place of the code, behind its "
         "number (`node/ledger/rule.h`); a test of its number fails when it is switched off. "
         "Refusals are in [refusals.md](refusals.md); those without a rule there are about form "
         "and references. This is rules version 1.\n"
      << kGenerated << "\n| rule | tiếng Việt | English | upheld by |\n|---|---|---|---|\n";
  for (const RuleText& text : kRules) {
    const std::string refusals = RefusalsOf(text.rule);
    out << "| " << RuleName(text.rule) << " | " << text.vi << " | " << text.en << " | " << refusals
        << (refusals.empty() || *text.elsewhere == '\0' ? "" : "; ") << text.elsewhere << " |\n";
  }
  out << "\nUpheld by the shape of the ledger, not by a check:\n\n"
         "| rule | | by |\n|---|---|---|\n"
         "| I2 | nothing is changed or taken back | entries are appended; values keep who said "
         "what, and when |\n"
         "| I9 | a proposed fifth star leaves the present one in force | `five_star_proposed` is a "
         "field of its own |\n"
         "| I22 | an answer names the checkpoint it was computed at | verdicts and proofs |\n"
         "| I23 | no personal data | digests only; the text lies beside the ledger |\n"
         "| I25 | equal heights, equal state | the state's root in every header |\n";
  return out.str();
}

std::string MetricsPage() {
  std::ostringstream out;
  out << "# Metrics\n\n"
         "What a node says of itself at `http://IP:PORT/metrics`, in the text format of "
         "Prometheus, where `metrics = \"IP:PORT\"` of node.toml names. The port has no password: "
         "loopback, or a network of your own. A figure that is not known is left out. The "
         "engine's own figures (`cometbft_…`) are at `[engine] metrics`. A dashboard and alert "
         "rules are in [packaging/monitoring](../packaging/monitoring/).\n"
      << kGenerated << "\n| metric | kind | labels | |\n|---|---|---|---|\n";
  for (const app::MetricInfo& info : app::AllMetrics()) {
    out << "| `" << info.name << "` | " << info.kind << " | " << info.labels << " | " << info.help
        << " |\n";
  }
  return out.str();
}

// Every rule of the code has a row: rules are numbered without gaps from kI1 to kI24.
bool EveryRuleHasText() {
  constexpr auto kLast = static_cast<unsigned>(Rule::kI24);
  unsigned next = static_cast<unsigned>(Rule::kI1);
  for (const RuleText& text : kRules) {
    if (static_cast<unsigned>(text.rule) != next++) return false;
  }
  return next == kLast + 1;
}

bool IsUpToDate(const std::string& name, const std::string& text, bool write) {
  const auto path = support::SourceDir() / "docs" / name;
  std::ostringstream committed;
  committed << std::ifstream(path, std::ios::binary).rdbuf();
  if (committed.str() == text) return true;
  if (write && std::ofstream(path, std::ios::binary) << text) return true;
  std::fprintf(stderr, "docs/%s is not what the code says; run generated_docs --write\n",
               name.c_str());
  return false;
}

}  // namespace
}  // namespace sogoc::ledger

int main(int argc, char** argv) {
  using namespace sogoc::ledger;
  const bool write = argc == 2 && std::string(argv[1]) == "--write";
  if (argc > 1 && !write) {
    std::fprintf(stderr, "usage: generated_docs [--write]\n");
    return 2;
  }
  if (!EveryRuleHasText()) {
    std::fprintf(stderr, "a rule of node/ledger/rule.h has no row in tests/docs/\n");
    return 1;
  }
  const bool refusals = IsUpToDate("refusals.md", RefusalsPage(), write);
  const bool rules = IsUpToDate("rules.md", RulesPage(), write);
  const bool metrics = IsUpToDate("metrics.md", MetricsPage(), write);
  return refusals && rules && metrics ? 0 : 1;
}
