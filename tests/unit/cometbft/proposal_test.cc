#include "node/consensus/cometbft/proposal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "node/consensus/cometbft/bundle.h"
#include "proto/abci.pb.h"
#include "tests/support/random.h"

namespace sogoc::cometbft {
namespace {

std::string Tx(std::uint8_t gateway, std::uint64_t counter, std::size_t entry_bytes = 10) {
  const Bundle bundle{{gateway}, counter, {base::Bytes(entry_bytes, gateway)}};
  return base::ToText(EncodeBundle(bundle));
}

std::vector<std::string> Choose(const std::vector<std::string>& txs,
                                std::size_t bytes_max = 1 << 21) {
  std::vector<base::ByteView> views;
  for (const std::string& tx : txs) views.push_back(base::AsBytes(tx));
  return ChooseBundles(views, bytes_max);
}

// What the engine counts: the size of its Data message, whose field 1 is `repeated bytes txs`. Our
// ResponsePrepareProposal has nothing but the same field.
std::size_t DataBytes(const std::vector<std::string>& txs) {
  abci::ResponsePrepareProposal data;
  for (const std::string& tx : txs) data.add_txs(tx);
  return data.ByteSizeLong();
}

TEST(ProposalBytes, AreThoseOfTheProtobufField) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{126}, std::size_t{127}, std::size_t{128},
        std::size_t{129}, std::size_t{16'383}, std::size_t{16'384}, std::size_t{65'536},
        std::size_t{2'097'151}, std::size_t{2'097'152}}) {
    EXPECT_EQ(ProposalBytesOf(size), DataBytes({std::string(size, 'x')})) << size;
  }
}

TEST(ChooseBundles, FillsTheProposalToTheLastByte) {
  support::Random random;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> txs;
    for (std::uint64_t i = 1; i <= 8; ++i) txs.push_back(Tx(1, i, 1 + random.Below(20'000)));
    for (std::size_t count = 0; count <= txs.size(); ++count) {
      const std::vector<std::string> first(txs.begin(),
                                           txs.begin() + static_cast<std::ptrdiff_t>(count));
      const std::size_t bytes = DataBytes(first);
      EXPECT_EQ(Choose(txs, bytes), first);
      if (count == 0) continue;
      EXPECT_EQ(Choose(txs, bytes - 1).size(), count - 1);
    }
  }
}

TEST(ChooseBundles, TakesNoneThatComesAfterOneThatDoesNotFit) {
  const std::vector<std::string> txs{Tx(1, 1), Tx(2, 1, 5'000), Tx(3, 1)};
  EXPECT_EQ(Choose(txs, DataBytes({txs[0], txs[2]})), std::vector{txs[0]});
  EXPECT_TRUE(Choose(txs, 0).empty());
  EXPECT_TRUE(Choose({}).empty());
}

TEST(ChooseBundles, OrdersThoseOfAGatewayByCounterAndLeavesTheOthersWhereTheyAre) {
  EXPECT_EQ(Choose({Tx(1, 3), Tx(2, 9), Tx(1, 1), Tx(3, 1), Tx(2, 8), Tx(1, 2)}),
            (std::vector{Tx(1, 1), Tx(2, 8), Tx(1, 2), Tx(3, 1), Tx(2, 9), Tx(1, 3)}));
  const std::vector<std::string> ordered{Tx(1, 1), Tx(1, 2), Tx(2, 1), Tx(1, 300), Tx(2, 70'000)};
  EXPECT_EQ(Choose(ordered), ordered);
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  EXPECT_EQ(Choose({Tx(1, kLast), Tx(1, 0)}), (std::vector{Tx(1, 0), Tx(1, kLast)}));
}

TEST(ChooseBundles, KeepsBundlesWithTheSameCounter) {
  const std::string one = Tx(1, 1, 10);
  const std::string other = Tx(1, 1, 20);
  const std::vector<std::string> chosen = Choose({one, other, one});
  EXPECT_EQ(chosen.size(), 3U);
  EXPECT_EQ(std::count(chosen.begin(), chosen.end(), one), 2);
}

TEST(ChooseBundles, DropsWhatIsNoBundle) {
  std::string cut = Tx(1, 1);
  cut.pop_back();
  EXPECT_EQ(Choose({"", cut, Tx(1, 2), "garbage", Tx(1, 1), std::string(70'000, '\x01')}),
            (std::vector{Tx(1, 1), Tx(1, 2)}));
  EXPECT_TRUE(Choose({"a", "b"}).empty());
}

}  // namespace
}  // namespace sogoc::cometbft
