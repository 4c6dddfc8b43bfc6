#include "tools/verify/policy_text.h"

#include <gtest/gtest.h>

namespace sogoc::tools {
namespace {

crypto::Policy OnePeer() {
  crypto::Policy policy;
  policy.logs.push_back({"log/1", crypto::NoteKeyType::kLog, {1}});
  policy.cosigners.push_back({"peer1", crypto::NoteKeyType::kCosigner, {2}});
  policy.quorum = 1;
  return policy;
}

TEST(PolicyTextTest, WhatIsWrittenIsRead) {
  const DatedPolicy read = ReadPolicyText(WritePolicyText(OnePeer(), 20260701)).value();
  EXPECT_EQ(read.policy, OnePeer());
  EXPECT_EQ(read.date, 20260701U);
}

TEST(PolicyTextTest, APolicyMayHaveNoDate) {
  EXPECT_EQ(ReadPolicyText(crypto::FormatPolicy(OnePeer())).value().date, std::nullopt);
}

TEST(PolicyTextTest, ADateIsOneAndADay) {
  const std::string policy = crypto::FormatPolicy(OnePeer());
  EXPECT_EQ(ReadPolicyText("# date: 2026-07-01\r\n" + policy).value().date, 20260701U);
  for (const char* dates : {"# date: \n", "# date: 2026-13-01\n", "# date: 1/7/2026\n",
                            "# date: 2026-07-01\n# date: 2026-07-01\n"}) {
    EXPECT_FALSE(ReadPolicyText(dates + policy)) << dates;
  }
  EXPECT_FALSE(ReadPolicyText("# date: 2026-07-01\n"));
}

}  // namespace
}  // namespace sogoc::tools
