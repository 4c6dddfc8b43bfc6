#include "crypto/log_tree.h"

#include <gtest/gtest.h>

#include <bit>
#include <boost/json.hpp>
#include <span>
#include <string>

#include "tests/support/json_file.h"
#include "tests/support/test_log.h"

namespace sogoc::crypto {
namespace {

using base::AsBytes;
using base::ToHex;
using support::DecimalLog;
using support::TestLog;

constexpr std::uint64_t kSizeMax = 64;  // of the trees tested exhaustively

// The definitions of RFC 6962 section 2.1, word for word.
Digest ReferenceRoot(std::span<const Digest> leaves) {
  if (leaves.empty()) return Sha256(ByteView());
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  return LogNodeHash(ReferenceRoot(leaves.first(k)), ReferenceRoot(leaves.subspan(k)));
}

std::vector<Digest> ReferencePath(std::size_t m, std::span<const Digest> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  const bool left = m < k;
  std::vector<Digest> path =
      left ? ReferencePath(m, leaves.first(k)) : ReferencePath(m - k, leaves.subspan(k));
  path.push_back(ReferenceRoot(left ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

std::vector<Digest> ReferenceSubproof(std::size_t m, std::span<const Digest> leaves, bool known) {
  if (m == leaves.size()) {
    return known ? std::vector<Digest>() : std::vector{ReferenceRoot(leaves)};
  }
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  const bool left = m <= k;
  std::vector<Digest> proof = left ? ReferenceSubproof(m, leaves.first(k), known)
                                   : ReferenceSubproof(m - k, leaves.subspan(k), false);
  proof.push_back(ReferenceRoot(left ? leaves.subspan(k) : leaves.first(k)));
  return proof;
}

// The log of the vectors published for RFC 6962.
TestLog ClassicLog() {
  TestLog log;
  for (const char* leaf : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                           "606162636465666768696a6b6c6d6e6f"}) {
    log.Append(*base::FromHex(leaf));
  }
  return log;
}

std::vector<Digest> Digests(const boost::json::value& hex_list) {
  std::vector<Digest> digests;
  for (const auto& hex : hex_list.as_array()) {
    digests.push_back(base::DigestFromHex(hex.as_string()).value());
  }
  return digests;
}

TEST(LogTree, MatchesThePublishedVectors) {
  const boost::json::value vectors = support::ReadJsonFile("tests/vectors/out.json");
  const TestLog log = ClassicLog();
  const std::vector<Digest> leaves = Digests(vectors.at("leafhash"));
  for (std::uint64_t index = 0; index < 8; ++index) EXPECT_EQ(log.leaf(index), leaves.at(index));
  const std::vector<Digest> roots = Digests(vectors.at("roots"));
  for (std::uint64_t size = 0; size <= 8; ++size) EXPECT_EQ(log.root(size), roots.at(size));

  for (const auto& [name, proof] : vectors.at("incl").as_object()) {
    std::uint64_t index = 0;
    std::uint64_t size = 0;
    ASSERT_EQ(std::sscanf(std::string(name).c_str(), "%lu/%lu", &index, &size), 2) << name;
    EXPECT_EQ(log.Inclusion(index, size), Digests(proof)) << name;
    EXPECT_TRUE(VerifyInclusion(log.leaf(index), index, size, Digests(proof), log.root(size)));
  }
  for (const auto& [name, proof] : vectors.at("cons").as_object()) {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    ASSERT_EQ(std::sscanf(std::string(name).c_str(), "%lu->%lu", &from, &to), 2) << name;
    EXPECT_EQ(log.Consistency(from, to), Digests(proof)) << name;
    EXPECT_TRUE(VerifyConsistency(from, log.root(from), to, log.root(to), Digests(proof)));
  }
}

TEST(LogTree, RootsOfBigTreesMatchThePublishedVectors) {
  const boost::json::value vectors = support::ReadJsonFile("tests/vectors/out.json");
  const boost::json::object& roots = vectors.at("decimal_roots").as_object();
  std::size_t compared = 0;
  LogFrontier frontier;
  for (std::uint64_t size = 1; size <= 1'000'000; ++size) {
    frontier.Append(LogLeafHash(AsBytes(std::to_string(size - 1))));
    if (const auto* root = roots.if_contains(std::to_string(size))) {
      EXPECT_EQ(ToHex(frontier.Root()), root->as_string()) << size;
      ++compared;
    }
  }
  EXPECT_EQ(compared, roots.size());
}

TEST(LogTree, FrontierAndRootAgreeWithTheDefinition) {
  TestLog log;
  for (std::uint64_t size = 0; size <= 300; ++size) {
    ASSERT_EQ(log.frontier().size(), size);
    ASSERT_EQ(log.root(size), ReferenceRoot(log.leaves(size))) << size;
    ASSERT_EQ(LogRoot(size, log.Reader(size)), log.root(size)) << size;
    ASSERT_EQ(log.node_count(), 2 * size - static_cast<std::uint64_t>(std::popcount(size)));
    const auto restored = LogFrontier::From(size, log.frontier().hashes());
    ASSERT_TRUE(restored);
    ASSERT_EQ(restored->Root(), log.root(size));
    log.Append(AsBytes(std::to_string(size)));
  }
}

TEST(LogTree, FrontierNeedsAsManyHashesAsTheSizeHasSubtrees) {
  EXPECT_TRUE(LogFrontier::From(5, std::vector<Digest>(2)));
  EXPECT_FALSE(LogFrontier::From(5, std::vector<Digest>(1)));
  EXPECT_FALSE(LogFrontier::From(5, std::vector<Digest>(3)));
  EXPECT_FALSE(LogFrontier::From(0, std::vector<Digest>(1)));
}

TEST(LogTree, AppendReportsCompletedSubtreesLeafFirst) {
  std::vector<LogNode> completed;
  LogFrontier frontier;
  for (unsigned i = 0; i < 3; ++i) frontier.Append(LogLeafHash({}));
  frontier.Append(LogLeafHash({}),
                  [&](const LogNode& node, const Digest&) { completed.push_back(node); });
  EXPECT_EQ(completed, (std::vector<LogNode>{{0, 3}, {1, 1}, {2, 0}}));
}

TEST(LogTree, ProofsAgreeWithTheDefinitionAndVerify) {
  const TestLog log = DecimalLog(kSizeMax);
  for (std::uint64_t n = 1; n <= kSizeMax; ++n) {
    for (std::uint64_t m = 0; m < n; ++m) {
      const std::vector<Digest> proof = log.Inclusion(m, n);
      ASSERT_EQ(proof, ReferencePath(m, log.leaves(n))) << m << "/" << n;
      ASSERT_TRUE(VerifyInclusion(log.leaf(m), m, n, proof, log.root(n))) << m << "/" << n;
    }
    for (std::uint64_t m = 1; m <= n; ++m) {
      const std::vector<Digest> proof = log.Consistency(m, n);
      ASSERT_EQ(proof, ReferenceSubproof(m, log.leaves(n), true)) << m << "->" << n;
      ASSERT_TRUE(VerifyConsistency(m, log.root(m), n, log.root(n), proof)) << m << "->" << n;
    }
  }
}

TEST(LogTree, TheKnownRelabellingIsPossibleWithoutTheSize) {
  const TestLog log = ClassicLog();
  const std::vector<Digest> proof = log.Inclusion(4, 5);
  for (const auto& [index, size] : {std::pair(4, 5), {1, 2}, {2, 3}}) {
    EXPECT_TRUE(VerifyInclusion(log.leaf(4), static_cast<std::uint64_t>(index),
                                static_cast<std::uint64_t>(size), proof, log.root(5)));
  }
}

TEST(LogTree, ConsistencyFollowsTheEdgeRules) {
  const TestLog log = ClassicLog();
  const std::vector<Digest> some = {log.leaf(0)};
  EXPECT_TRUE(VerifyConsistency(0, Digest{}, 8, log.root(8), {}));
  EXPECT_TRUE(VerifyConsistency(0, log.root(0), 0, log.root(0), {}));
  EXPECT_FALSE(VerifyConsistency(0, log.root(0), 8, log.root(8), some));
  EXPECT_TRUE(VerifyConsistency(8, log.root(8), 8, log.root(8), {}));
  EXPECT_FALSE(VerifyConsistency(8, log.root(8), 8, log.root(8), some));
  EXPECT_FALSE(VerifyConsistency(8, log.root(7), 8, log.root(8), {}));
  EXPECT_FALSE(VerifyConsistency(8, log.root(8), 7, log.root(7), {}));
  EXPECT_FALSE(VerifyConsistency(4, log.root(4), 8, log.root(8), {}));
  EXPECT_FALSE(VerifyConsistency(4, log.root(8), 8, log.root(8), {}));
  EXPECT_FALSE(VerifyInclusion(log.leaf(0), 0, 0, {}, log.root(0)));
  EXPECT_FALSE(VerifyInclusion(log.leaf(0), 8, 8, log.Inclusion(0, 8), log.root(8)));
}

// Trees of equal leaves, whose complete subtrees are known without storing them.
TEST(LogTree, ProofsReachTheLargestSizes) {
  std::vector<Digest> levels = {LogLeafHash({})};
  while (levels.size() < 64) levels.push_back(LogNodeHash(levels.back(), levels.back()));
  const LogNodeReader read = [&](const LogNode& node) { return levels.at(node.level); };
  constexpr std::uint64_t kMax = UINT64_MAX;
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
  for (std::uint64_t size : {kMax, kMax - 1, kHalf, kHalf + 1, kHalf - 1, kMax / 3}) {
    const Digest root = LogRoot(size, read);
    for (std::uint64_t index : {std::uint64_t{0}, size / 2, size / 3, size - 2, size - 1}) {
      const std::vector<Digest> proof = ProveInclusion(index, size, read);
      EXPECT_TRUE(VerifyInclusion(levels[0], index, size, proof, root)) << index << "/" << size;
      EXPECT_FALSE(VerifyInclusion(levels[1], index, size, proof, root)) << index << "/" << size;
      const std::uint64_t old_size = index + 1;
      EXPECT_TRUE(VerifyConsistency(old_size, LogRoot(old_size, read), size, root,
                                    ProveConsistency(old_size, size, read)))
          << old_size << "->" << size;
    }
  }
}

TEST(LogTreeDeathTest, ProofsOutsideTheTreeAbort) {
  const TestLog log = ClassicLog();
  EXPECT_DEATH(ProveInclusion(8, 8, log.Reader(8)), "");
  EXPECT_DEATH(ProveConsistency(0, 8, log.Reader(8)), "");
  EXPECT_DEATH(ProveConsistency(8, 7, log.Reader(8)), "");
}

}  // namespace
}  // namespace sogoc::crypto
