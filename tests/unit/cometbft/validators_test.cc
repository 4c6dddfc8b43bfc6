#include "node/consensus/cometbft/validators.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/ledger_keys.h"

namespace sogoc::cometbft {
namespace {

using Updates = google::protobuf::RepeatedPtrField<abci::ValidatorUpdate>;

base::Bytes KeyOfPeer(int number) {
  return base::ToBytes(
      support::Ed25519Of("peer" + std::to_string(number) + "/validator").public_key());
}

ledger::PeersRecord Peers(std::initializer_list<int> numbers) {
  ledger::PeersRecord record;
  for (const int number : numbers) {
    ledger::PeerRecord peer;
    peer.name = "peer" + std::to_string(number);
    peer.validator_key = KeyOfPeer(number);
    record.peers.push_back(std::move(peer));
  }
  return record;
}

void Add(Updates& updates, const base::Bytes& key, std::int64_t power) {
  abci::ValidatorUpdate& update = *updates.Add();
  update.mutable_pub_key()->set_ed25519(base::ToText(key));
  update.set_power(power);
}
Updates Given(std::initializer_list<int> numbers, std::int64_t power = kValidatorPower) {
  Updates updates;
  for (const int number : numbers) Add(updates, KeyOfPeer(number), power);
  return updates;
}

// {address, power}
using Change = std::pair<std::string, std::int64_t>;
std::vector<Change> Changes(std::initializer_list<int> before, std::initializer_list<int> after) {
  std::vector<Change> changes;
  std::string previous;
  for (const auto& update : ValidatorUpdates(Peers(before), Peers(after))) {
    EXPECT_LT(previous, update.pub_key().ed25519()) << "ascending";
    previous = update.pub_key().ed25519();
    changes.emplace_back(previous, update.power());
  }
  return changes;
}
Change To(int number, std::int64_t power) { return {base::ToText(KeyOfPeer(number)), power}; }

TEST(ValidatorAddress, IsTheBeginningOfTheKeysHash) {
  // Of the seed that is 32 times 01, as CometBFT has it.
  std::array<std::uint8_t, 32> seed{};
  seed.fill(1);
  const auto key = crypto::Ed25519PrivateKey::FromSeed(seed).public_key();
  EXPECT_EQ(base::ToHex(key), "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
  EXPECT_EQ(base::ToHex(ValidatorAddress(key)), "34750f98bd59fcfc946da45aaabe933be154a4b5");
}

TEST(CompareValidators, TheSameInAnyOrderAreTheSame) {
  EXPECT_EQ(CompareValidators(Given({1, 2, 3}), Peers({1, 2, 3})), std::nullopt);
  EXPECT_EQ(CompareValidators(Given({3, 1, 2}), Peers({1, 2, 3})), std::nullopt);
}

TEST(CompareValidators, SaysWhatDiffers) {
  const std::string stranger = base::ToHex(ValidatorAddress(KeyOfPeer(4)));
  EXPECT_NE(CompareValidators(Given({1, 2, 4}), Peers({1, 2, 3}))->find(stranger),
            std::string::npos);
  EXPECT_NE(CompareValidators(Given({1, 3}), Peers({1, 2, 3}))->find("peer2"), std::string::npos);
  EXPECT_NE(CompareValidators(Given({}), Peers({1}))->find("peer1"), std::string::npos);
  EXPECT_NE(CompareValidators(Given({1}, 11), Peers({1}))->find("power of 10"), std::string::npos);
  EXPECT_TRUE(CompareValidators(Given({1, 1}), Peers({1}))) << "named twice";
  Updates other_kind;
  other_kind.Add()->mutable_pub_key()->set_secp256k1(std::string(33, '\2'));
  EXPECT_TRUE(CompareValidators(other_kind, Peers({1})));
  Updates without_key;
  without_key.Add()->set_power(kValidatorPower);
  EXPECT_TRUE(CompareValidators(without_key, Peers({1})));
}

TEST(ValidatorUpdates, AreTheDifference) {
  EXPECT_TRUE(Changes({1, 2, 3}, {1, 2, 3}).empty());
  EXPECT_TRUE(Changes({1, 2, 3}, {3, 2, 1}).empty());
  EXPECT_EQ(Changes({1, 2}, {1, 2, 3}), std::vector{To(3, kValidatorPower)});
  EXPECT_EQ(Changes({1, 2, 3}, {1, 3}), std::vector{To(2, 0)});
  auto both = std::vector{To(1, 0), To(4, kValidatorPower)};
  std::sort(both.begin(), both.end());
  EXPECT_EQ(Changes({1, 2, 3}, {2, 3, 4}), both);
}

TEST(PeerOfValidator, IsItsNameOrTheAddress) {
  const ledger::PeersRecord peers = Peers({1, 2});
  EXPECT_EQ(PeerOfValidator(ValidatorAddress(KeyOfPeer(2)), peers), "peer2");
  const base::Bytes stranger = ValidatorAddress(KeyOfPeer(3));
  EXPECT_EQ(PeerOfValidator(stranger, peers), base::ToHex(stranger));
  EXPECT_EQ(PeerOfValidator({}, peers), "");
}

}  // namespace
}  // namespace sogoc::cometbft
