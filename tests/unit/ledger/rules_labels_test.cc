#include <gtest/gtest.h>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::Scenario;

TEST(RulesTest, I10_LabelsUpToTheSellableUnitsAreAccepted) {
  Scenario s;
  s.Certify();
  s.Accepts("htx-cam", RegisterBatch{});
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 9'500});
  s.Accepts("vp-hatinh", AuthoriseLabels{.first = 9'501, .count = 500});
}

TEST(RulesTest, I10_LabelsBeyondTheSellableUnitsAreRefused) {
  Scenario s;
  s.Certify();
  s.Accepts("htx-cam", RegisterBatch{});
  s.Accepts("vp-hatinh", AuthoriseLabels{.count = 9'500});
  const auto refusal = s.Refuses(RefusalCode::kBeyondBatch, "vp-hatinh",
                                 AuthoriseLabels{.first = 9'501, .count = 501});
  EXPECT_EQ(refusal.vi(), "Vượt số lượng lô: đã cấp 9.500/10.000, còn 500");
}

}  // namespace
}  // namespace sogoc::ledger
