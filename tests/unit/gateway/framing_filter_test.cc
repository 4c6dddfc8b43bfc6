#include "node/gateway/framing_filter.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/framing_oracle.h"
#include "tests/support/framing_rows.h"
#include "tests/support/random.h"

namespace sogoc::gateway {
namespace {

std::string Verdict(std::string_view head, const FramingRules& rules = {}) {
  const auto framing = JudgeFraming(head, rules);
  return framing ? support::Describe(*framing) : std::to_string(framing.error().status);
}

std::string Get(const std::string& target, const std::string& fields = "Host: a\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

// The size, or the status of the refusal as a negative number.
int Scan(HeadScanner& scanner, std::string_view bytes) {
  const auto size = scanner.Scan(bytes);
  return size ? static_cast<int>(*size) : -size.error().status;
}

TEST(FramingFilter, JudgesEveryRowOfTheTable) {
  for (const support::FramingRow& row : support::ReadFramingRows()) {
    EXPECT_EQ(Verdict(row.head), row.verdict) << "framings.txt:" << row.line;
  }
}

TEST(FramingFilter, BeastAgreesWithWhatIsAccepted) {
  for (const support::FramingRow& row : support::ReadFramingRows()) {
    const auto framing = JudgeFraming(row.head, {});
    if (!framing) continue;
    EXPECT_EQ(support::DifferenceFromBeast(row.head, *framing), "") << "framings.txt:" << row.line;
  }
}

// The rows with pieces of other rows put in, characters doubled, dropped and exchanged.
TEST(FramingFilter, BeastAgreesOnMutatedHeads) {
  const auto rows = support::ReadFramingRows();
  const std::string marks = "\r\n\t :,;0123456789/\\\"#*-_chunked\x7f\x80";
  support::Random random;
  int accepted = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string head = rows[random.Below(rows.size())].head;
    for (std::uint64_t changes = random.Below(3); changes > 0; --changes) {
      const std::size_t at = random.Below(head.size() + 1);
      const std::string& other = rows[random.Below(rows.size())].head;
      const std::size_t from = random.Below(other.size());
      switch (random.Below(3)) {
        case 0:
          head.insert(at, 1, marks[random.Below(marks.size())]);
          break;
        case 1:
          head.erase(at, random.Below(3));
          break;
        default:
          head.insert(at, other, from, random.Below(30));
          break;
      }
    }
    const auto framing = JudgeFraming(head, {});
    if (!framing) continue;
    ++accepted;
    ASSERT_EQ(support::DifferenceFromBeast(head, *framing), "") << head;
  }
  EXPECT_GT(accepted, 10'000);
}

TEST(FramingFilter, GivesMethodTargetAndClose) {
  const std::string head =
      "OPTIONS http://a/x?y=1 HTTP/1.1\r\nHost: A\r\nConnection: x, Close\r\n\r\n";
  const auto framing = JudgeFraming(head, {});
  ASSERT_TRUE(framing);
  EXPECT_EQ(framing->method, Method::kOptions);
  EXPECT_EQ(framing->target, "/x?y=1");
  EXPECT_TRUE(framing->close);
}

TEST(FramingFilter, ServesListedHostsOnly) {
  FramingRules rules;
  rules.hosts = {"truyxuat.example", "::1"};
  EXPECT_EQ(Verdict(Get("/", "Host: truyxuat.example\r\n"), rules), "none");
  EXPECT_EQ(Verdict(Get("/", "Host: TruyXuat.Example:8443\r\n"), rules), "none");
  EXPECT_EQ(Verdict(Get("/", "Host: truyxuat.example.\r\n"), rules), "421");
  EXPECT_EQ(Verdict(Get("/", "Host: x.truyxuat.example\r\n"), rules), "421");
  EXPECT_EQ(Verdict(Get("/", "Host: truyxuat.exampl\r\n"), rules), "421");
  EXPECT_EQ(Verdict(Get("/", "Host: 127.0.0.1\r\n"), rules), "421");
}

TEST(FramingFilter, LimitsAreExact) {
  FramingRules rules;
  const std::size_t target_max = rules.target_bytes_max;
  EXPECT_EQ(Verdict(Get("/" + std::string(target_max - 1, 'a'))), "none");
  EXPECT_EQ(Verdict(Get("/" + std::string(target_max, 'a'))), "414");

  std::string fields = "Host: a\r\n";
  for (std::size_t i = 1; i < rules.fields_max; ++i) fields += "X: y\r\n";
  EXPECT_EQ(Verdict(Get("/", fields)), "none");
  EXPECT_EQ(Verdict(Get("/", fields + "X: y\r\n")), "431");

  const std::size_t rest = Get("/", "Host: a\r\nX: \r\n").size();
  const auto filled = [&](std::size_t size) {
    return Get("/", "Host: a\r\nX: " + std::string(size - rest, 'y') + "\r\n");
  };
  EXPECT_EQ(Verdict(filled(rules.head_bytes_max)), "none");
  EXPECT_EQ(Verdict(filled(rules.head_bytes_max + 1)), "431");
  EXPECT_EQ(Verdict("GET /" + std::string(rules.head_bytes_max, 'a')), "414");
}

TEST(FramingFilter, RefusesEveryCutOfAHead) {
  const std::string head = Get("/x", "Host: a\r\nAccept: b\r\n");
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_EQ(Verdict(head.substr(0, size)), "400") << size;
  }
  EXPECT_EQ(Verdict(head + "x"), "400");
}

TEST(HeadScanner, FindsTheEndHoweverTheBytesArrive) {
  const std::string head = Get("/");
  const std::string bytes = head + Get("/next");
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    HeadScanner scanner{FramingRules()};
    std::size_t size = step;
    for (; size < head.size(); size += step) {
      ASSERT_EQ(Scan(scanner, std::string_view(bytes).substr(0, size)), 0) << step;
    }
    EXPECT_EQ(Scan(scanner, std::string_view(bytes).substr(0, size)),
              static_cast<int>(head.size()));
  }
}

TEST(HeadScanner, RefusesBeforeTheHeadIsComplete) {
  EXPECT_EQ(HeadScanner{FramingRules()}.Scan("GET / HTTP/1.1\n").error().status, 400);
  EXPECT_EQ(HeadScanner{FramingRules()}.Scan("\x16\x03\x01").error().status, 400);
  EXPECT_EQ(HeadScanner{FramingRules()}.Scan("GET / HTTP/1.1\rH").error().status, 400);
  EXPECT_EQ(HeadScanner{FramingRules()}.Scan("GET / HTTP/1.1\r").value(), 0U);
}

}  // namespace
}  // namespace sogoc::gateway
