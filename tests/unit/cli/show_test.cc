#include "tools/sogoc/show.h"

#include <gtest/gtest.h>

#include "tools/sogoc/text.h"

namespace sogoc::tools {
namespace {

v1::TraceNode& Add(v1::Trace& trace, const std::string& lot, std::uint32_t depth,
                   std::uint32_t parent) {
  v1::TraceNode& node = *trace.add_nodes();
  node.set_gtin("08935000000014");
  node.set_lot(lot);
  node.set_depth(depth);
  node.set_parent(parent);
  return node;
}

TEST(Trace, IsATreeWhoseBranchesStayTogether) {
  v1::Trace trace;
  Add(trace, "MUT", 0, 0);
  Add(trace, "CAM", 1, 0).set_amount(50'000);
  Add(trace, "DUONG", 1, 0).add_open_recalls("TH-01");
  Add(trace, "GIONG", 2, 1).set_owner("htx-cam");
  Add(trace, "MIA", 2, 2).set_ledger_id(std::string(64, 'a'));
  const auto tree = DrawTrace(trace);
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(*tree,
            "08935000000014 MUT\n"
            "  08935000000014 CAM, 50000 drawn\n"
            "    08935000000014 GIONG, htx-cam\n"
            "  08935000000014 DUONG  !! KHÔNG SỬ DỤNG / do not use: TH-01\n"
            "    08935000000014 MIA  [ledger aaaaaaaaaaaaaaaa]\n");
}

TEST(Trace, WithoutNodesIsEmptyAndATruncatedOneSaysSo) {
  v1::Trace trace;
  EXPECT_EQ(DrawTrace(trace).value(), "");
  Add(trace, "A", 0, 0);
  trace.set_truncated(true);
  EXPECT_NE(DrawTrace(trace)->find("left out"), std::string::npos);
}

TEST(Trace, ParentsThatMakeNoTreeAreRefused) {
  const std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> wrong = {
      {{1, 0}},          // the first node has a depth
      {{0, 0}, {1, 1}},  // its own parent
      {{0, 0}, {1, 7}},  // a parent that does not exist
      {{0, 0}, {1, 4294967295}},
      {{0, 0}, {1, 0}, {1, 1}},  // a depth that does not fit
      {{0, 0}, {0, 0}},
  };
  for (const auto& nodes : wrong) {
    v1::Trace trace;
    for (const auto& [depth, parent] : nodes) Add(trace, "L", depth, parent);
    EXPECT_EQ(DrawTrace(trace).error().code, base::ErrorCode::kCorrupt);
  }
}

TEST(Message, IsDrawnFieldByField) {
  v1::LogEntry entry;
  entry.set_index(7);
  entry.set_type("entry");
  v1::Operation& operation = *entry.mutable_body()->add_operations();
  operation.mutable_register_product()->add_standards("VietGAP");
  operation.mutable_register_product()->add_standards("Hữu cơ");
  operation.mutable_register_product()->set_picture("\x01\xff");
  EXPECT_EQ(DrawMessage(entry),
            "index: 7\n"
            "type: entry\n"
            "body:\n"
            "  operations:\n"
            "    register_product:\n"
            "      picture: 01ff\n"
            "      standards: VietGAP\n"
            "      standards: Hữu cơ\n");
}

TEST(Message, CannotMoveTheCursor) {
  v1::ProductView product;
  product.set_name(
      "a\x1b[2Jb\nc\xC2\x9B"
      "d Cam bù");
  EXPECT_EQ(DrawMessage(product), "name: a?[2Jb?c??d Cam bù\n");
  EXPECT_EQ(Printable("Sổ Gốc"), "Sổ Gốc");
  EXPECT_EQ(Printable("\x7f\xC2"), "?\xC2");
}

}  // namespace
}  // namespace sogoc::tools
