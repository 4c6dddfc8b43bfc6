#include "node/consensus/cometbft/ledger_application.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "node/consensus/cometbft/genesis_params.h"
#include "node/consensus/cometbft/validators.h"
#include "tests/support/engine/engine_world.h"

namespace sogoc::cometbft {
namespace {

using base::Bytes;
using base::ErrorCode;
using base::kNsPerSecond;
using support::BlockRequest;
using support::EngineWorld;
using support::GenesisTime;
using support::LoopbackEngine;
using support::Signer;
namespace op = support::op;

template <class T>
std::string MessageOf(ErrorCode code, const base::Result<T>& result) {
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_EQ(result.error().code, code);
  return result.error().message;
}
bool Says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

// A populated ledger: the engine is at height 1, the ledger too.
class LedgerApplicationTest : public testing::Test {
 protected:
  LedgerApplicationTest() { world_.Populate(engine_); }

  LedgerApplication& app() { return world_.application(); }
  storage::LedgerStore& store() { return world_.store(); }
  std::string head_hash() { return base::ToText(store().Head()->hash); }

  base::Result<abci::ResponseFinalizeBlock> Finalize(std::uint64_t height,
                                                     const std::vector<std::string>& txs) {
    return app().FinalizeBlock(BlockRequest(height, GenesisTime(), txs));
  }
  std::uint32_t CheckTx(const std::string& tx) {
    abci::RequestCheckTx request;
    request.set_tx(tx);
    const auto response = app().CheckTx(request).value();
    EXPECT_EQ(response.code() == 0, response.log().empty());
    return response.code();
  }
  std::uint32_t CheckEntry(const Bytes& entry) { return CheckTx(world_.Bundle({entry})); }
  abci::ResponseProcessProposal::Status Process(const std::vector<std::string>& txs) {
    abci::RequestProcessProposal request;
    for (const std::string& tx : txs) request.add_txs(tx);
    return app().ProcessProposal(request).value().status();
  }
  // The outcome of an entry of the last block.
  template <class Outcome>
  Outcome OutcomeOf(std::size_t bundle, std::size_t entry) {
    const auto& outcome = std::get<ledger::EntryOutcome>(
        world_.committed().back().bundles.at(bundle).decision.outcomes.at(entry));
    EXPECT_TRUE(std::holds_alternative<Outcome>(outcome)) << outcome.index();
    return std::holds_alternative<Outcome>(outcome) ? std::get<Outcome>(outcome) : Outcome{};
  }
  // An entry whose signature is that of another one.
  Bytes Forged() {
    Bytes entry = world_.Event();
    const Bytes other = world_.Event("L2");
    std::copy(other.end() - 64, other.end(), entry.end() - 64);
    return entry;
  }

  EngineWorld world_;
  LoopbackEngine engine_{world_.application(), GenesisTime()};
};

// ---- Info, InitChain

TEST_F(LedgerApplicationTest, InfoTellsTheLastCommittedBlock) {
  const auto info = app().Info(support::EngineInfo()).value();
  EXPECT_EQ(info.data(), support::kTestChain);
  EXPECT_EQ(info.app_version(), kAppVersion);
  EXPECT_EQ(info.last_block_height(), 1);
  EXPECT_EQ(info.last_block_app_hash(), head_hash());
  ASSERT_TRUE(Finalize(2, {world_.Bundle({world_.Event()})}));
  EXPECT_EQ(app().Info(support::EngineInfo()).value().last_block_height(), 1);
  ASSERT_TRUE(app().Commit());
  EXPECT_EQ(app().Info(support::EngineInfo()).value().last_block_height(), 2);

  EngineWorld fresh;
  const auto first = fresh.application().Info(support::EngineInfo()).value();
  EXPECT_EQ(first.last_block_height(), 0);
}

TEST_F(LedgerApplicationTest, InfoRefusesAnEngineOfAnotherKind) {
  for (const auto& [abci, block] :
       {std::pair{"0.17.0", 11U}, {"2.1.0", 11U}, {"2.0.0", 10U}, {"2.0.0", 12U}, {"", 0U}}) {
    abci::RequestInfo request = support::EngineInfo();
    request.set_abci_version(abci);
    request.set_block_version(block);
    request.set_version(std::string("1.0\n\xff") + std::string(500, 'x'));
    const std::string message = MessageOf(ErrorCode::kFailedPrecondition, app().Info(request));
    EXPECT_TRUE(Says(message, "engine 1.0??xxx")) << message;
    EXPECT_LT(message.size(), 300U);
  }
  abci::RequestInfo newer = support::EngineInfo();
  newer.set_version("0.38.99");
  newer.set_p2p_version(9);
  EXPECT_TRUE(app().Info(newer));
}

TEST_F(LedgerApplicationTest, InfoNeverTellsAHeightWithAnotherHash) {
  std::map<std::int64_t, std::string> hashes{{1, head_hash()}};
  std::vector<std::pair<std::int64_t, std::string>> told;
  std::atomic<bool> done = false;
  std::thread asking([&] {
    while (!done) {
      const auto info = app().Info(support::EngineInfo()).value();
      told.emplace_back(info.last_block_height(), info.last_block_app_hash());
    }
  });
  for (std::int64_t height = 2; height <= 60; ++height) {
    hashes[height] = engine_.Apply({world_.Bundle({world_.Event()})}).app_hash();
  }
  done = true;
  asking.join();
  for (const auto& [height, hash] : told) EXPECT_EQ(hashes[height], hash) << height;
}

TEST_F(LedgerApplicationTest, InitChainAnswersTheFoundingBlockAsOftenAsItIsAsked) {
  EngineWorld fresh;
  const std::string founding = base::ToText(fresh.store().Head()->hash);
  for (int i = 0; i < 3; ++i) {
    const auto response = fresh.application().InitChain(fresh.Genesis());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->app_hash(), founding);
    EXPECT_EQ(response->validators_size(), 0);
    EXPECT_FALSE(response->has_consensus_params());
    // As after a restart of the engine before its first commit.
    ASSERT_TRUE(fresh.application().FinalizeBlock(
        BlockRequest(1, GenesisTime(), {fresh.Bundle(support::FirstEntries(fresh.ledger_id()))})));
  }
  ASSERT_TRUE(fresh.application().InitChain(fresh.Genesis()));
  MessageOf(ErrorCode::kFailedPrecondition, fresh.application().Commit());
  EXPECT_EQ(fresh.store().EngineHeight(), std::nullopt);
}

TEST_F(LedgerApplicationTest, InitChainRefusesAGenesisThatDoesNotFit) {
  EngineWorld fresh;
  const auto refused = [&](const std::function<void(abci::RequestInitChain&)>& change) {
    abci::RequestInitChain request = fresh.Genesis();
    change(request);
    return MessageOf(ErrorCode::kFailedPrecondition, fresh.application().InitChain(request));
  };
  EXPECT_TRUE(Says(refused([](auto& r) { r.set_chain_id("sogoc-\n"); }), "network sogoc-?,"));
  EXPECT_TRUE(Says(refused([](auto& r) { r.mutable_validators()->RemoveLast(); }), "is missing"));
  EXPECT_TRUE(Says(refused([](auto& r) { r.mutable_validators(1)->set_power(9); }), "power"));
  EXPECT_TRUE(Says(refused([](auto& r) {
                     r.mutable_validators(0)->mutable_pub_key()->mutable_ed25519()->back() ^= 1;
                   }),
                   "no peer"));
  EXPECT_TRUE(Says(refused([](auto& r) {
                     r.mutable_consensus_params()->mutable_block()->set_max_bytes(1 << 20);
                   }),
                   "other consensus_params"));
  EXPECT_TRUE(Says(refused([](auto& r) { r.clear_consensus_params(); }), "consensus_params"));
  EXPECT_TRUE(Says(refused([](auto& r) { r.set_app_state_bytes("[]"); }), "another app_state"));
  const base::TimeNs founded = fresh.store().Head()->header.time;
  const auto set_time = [](abci::RequestInitChain& request, base::TimeNs time) {
    request.mutable_time()->set_seconds(static_cast<std::int64_t>(time / kNsPerSecond));
    request.mutable_time()->set_nanos(static_cast<std::int32_t>(time % kNsPerSecond));
  };
  EXPECT_TRUE(Says(refused([&](auto& r) { set_time(r, founded); }), "genesis time"));
  EXPECT_TRUE(Says(refused([](auto& r) { r.mutable_time()->set_seconds(-62'135'596'800); }),
                   "genesis time"));
  abci::RequestInitChain just_after = fresh.Genesis();
  set_time(just_after, founded + 1);
  EXPECT_TRUE(fresh.application().InitChain(just_after));
}

TEST_F(LedgerApplicationTest, InitChainOfAnEngineThatLostItsBlocksIsRefused) {
  const std::string message =
      MessageOf(ErrorCode::kFailedPrecondition, app().InitChain(world_.Genesis()));
  EXPECT_TRUE(Says(message, "has its block 1")) << message;
}

TEST_F(LedgerApplicationTest, AnEngineMayBeginAtAnyHeight) {
  EngineWorld fresh;
  LoopbackEngine engine(fresh.application(), GenesisTime());
  ASSERT_TRUE(fresh.application().InitChain(fresh.Genesis(100)));
  for (const std::uint64_t height : {1, 99, 101}) {
    MessageOf(ErrorCode::kFailedPrecondition,
              fresh.application().FinalizeBlock(BlockRequest(height, GenesisTime(), {})));
  }
  ASSERT_TRUE(fresh.application().FinalizeBlock(
      BlockRequest(100, GenesisTime(), {fresh.Bundle(support::FirstEntries(fresh.ledger_id()))})));
  ASSERT_TRUE(fresh.application().Commit());
  EXPECT_EQ(fresh.store().EngineHeight(), 100U);
  EXPECT_EQ(fresh.store().Head()->header.height, 1U);
  EXPECT_TRUE(fresh.application().FinalizeBlock(BlockRequest(101, GenesisTime(), {})));
}

// ---- FinalizeBlock, Commit

TEST_F(LedgerApplicationTest, AnEmptyBlockKeepsTheAppHash) {
  const std::string before = head_hash();
  for (std::uint64_t height = 2; height <= 4; ++height) {
    EXPECT_EQ(engine_.Apply({}).app_hash(), before);
    EXPECT_EQ(store().EngineHeight(), height);
    EXPECT_EQ(world_.committed().back().engine_height, height);
    EXPECT_EQ(world_.committed().back().block, nullptr);
  }
  // A block of refused entries is as empty.
  EXPECT_EQ(engine_.Apply({world_.Bundle({world_.Event("no such lot")})}).app_hash(), before);
  OutcomeOf<ledger::Refusal>(0, 0);
  EXPECT_EQ(head_hash(), before);
  EXPECT_EQ(store().Head()->header.height, 1U);
}

TEST_F(LedgerApplicationTest, ABlockIsReportedWhenItIsDurable) {
  bool reported = false;
  world_.SetOnCommitted([&](const CommittedBlock& block) {
    reported = true;
    EXPECT_EQ(store().Head()->hash, block.block->hash);
    EXPECT_EQ(store().EngineHeight(), 2U);
  });
  const std::string tx = world_.Bundle({world_.Event()});
  ASSERT_TRUE(Finalize(2, {tx}));
  EXPECT_FALSE(reported);
  ASSERT_TRUE(app().Commit());
  ASSERT_TRUE(reported);
  const CommittedBlock& block = world_.committed().back();
  EXPECT_EQ(block.engine_height, 2U);
  EXPECT_EQ(block.time, GenesisTime() + 2 * kNsPerSecond);
  EXPECT_EQ(block.block->header.time, block.time);
  ASSERT_EQ(block.bundles.size(), 1U);
  EXPECT_EQ(block.bundles[0].hash, crypto::Sha256(base::AsBytes(tx)));
  EXPECT_EQ(OutcomeOf<ledger::Accepted>(0, 0).index, block.block->header.first_index);
}

TEST_F(LedgerApplicationTest, TheSameBundleAgainChangesNothing) {
  const std::string tx = world_.Bundle({world_.Event()});
  const auto response = engine_.Apply({tx, tx});
  ASSERT_EQ(response.tx_results_size(), 2);
  const auto index = OutcomeOf<ledger::Accepted>(0, 0).index;
  EXPECT_EQ(OutcomeOf<ledger::Repeated>(1, 0).index, index);
  EXPECT_EQ(engine_.Apply({tx}).app_hash(), response.app_hash());
  EXPECT_EQ(OutcomeOf<ledger::Repeated>(0, 0).index, index);
  EXPECT_EQ(world_.committed().back().block, nullptr);
}

TEST_F(LedgerApplicationTest, ResultsOfTransactionsAreAlwaysTheSame) {
  const auto response = engine_.Apply({world_.Bundle({world_.Event(), world_.Event("no such lot")}),
                                       "garbage", world_.Bundle({Bytes{1, 2, 3}})});
  ASSERT_EQ(response.tx_results_size(), 3);
  for (const abci::ExecTxResult& result : response.tx_results()) {
    EXPECT_EQ(result.SerializeAsString(), "");
  }
}

TEST_F(LedgerApplicationTest, GarbageInADecidedBlockHoldsNoEntries) {
  const auto response =
      engine_.Apply({"", "garbage", world_.Bundle({world_.Event(), Bytes{1, 2, 3}, world_.Event()}),
                     std::string(100'000, '\x01')});
  EXPECT_EQ(response.tx_results_size(), 4);
  EXPECT_EQ(response.app_hash(), head_hash());
  const auto& bundles = world_.committed().back().bundles;
  ASSERT_EQ(bundles.size(), 4U);
  for (const std::size_t i : {0, 1, 3}) EXPECT_TRUE(bundles[i].decision.outcomes.empty());
  EXPECT_EQ(OutcomeOf<ledger::Accepted>(2, 0).index + 1, OutcomeOf<ledger::Accepted>(2, 2).index);
  EXPECT_EQ(std::get<base::Error>(bundles[2].decision.outcomes[1]).code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(bundles[2].decision.ids[1], base::Digest{});
}

TEST_F(LedgerApplicationTest, ABlockIsFinalizedAsOftenAsItIsAsked) {
  const std::vector<std::string> txs{world_.Bundle({world_.Event(), world_.Event()}),
                                     world_.Bundle({world_.Event("no such lot")})};
  const auto before = store().Head();
  const auto first = Finalize(2, txs).value();
  EXPECT_EQ(Finalize(2, txs).value().SerializeAsString(), first.SerializeAsString());
  // Another block in between leaves nothing behind.
  EXPECT_NE(Finalize(2, {world_.Bundle({world_.Event()})}).value().app_hash(), first.app_hash());
  EXPECT_EQ(Finalize(2, txs).value().SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(store().Head()->hash, before->hash);
  EXPECT_EQ(store().EngineHeight(), 1U);
  ASSERT_TRUE(app().Commit());
  EXPECT_EQ(head_hash(), first.app_hash());
  EXPECT_EQ(world_.committed().size(), 2U);
}

TEST_F(LedgerApplicationTest, ProposalsLeaveNoTraceInTheBlockThatIsDecided) {
  std::vector<std::string> blocks;
  for (int i = 0; i < 4; ++i) {
    blocks.push_back(world_.Bundle({world_.Event(), Forged(), world_.Event()}));
  }
  const std::string wanted = Finalize(2, {blocks[3]}).value().app_hash();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Process({blocks[static_cast<std::size_t>(i)]}),
              abci::ResponseProcessProposal::ACCEPT);
  }
  EXPECT_EQ(engine_.Apply({blocks[3]}).app_hash(), wanted);
  EXPECT_EQ(OutcomeOf<ledger::Refusal>(0, 1).code, ledger::RefusalCode::kBadSignature);
}

TEST_F(LedgerApplicationTest, ANodeThatCheckedNothingBeforeHasTheSameHash) {
  EngineWorld other;
  LoopbackEngine other_engine(other.application(), GenesisTime());
  ASSERT_TRUE(other.application().InitChain(other.Genesis()));
  const std::string first = world_.Bundle(support::FirstEntries(world_.ledger_id()));
  EngineWorld here;
  LoopbackEngine here_engine(here.application(), GenesisTime());
  ASSERT_TRUE(here.application().InitChain(here.Genesis()));
  const std::vector<std::string> txs{first, world_.Bundle({world_.Event(), Forged(), Bytes{1}}),
                                     "garbage",
                                     world_.Bundle({world_.Event(), world_.Event("no such lot")}),
                                     world_.Bundle({world_.Event(), Forged()})};
  // All are checked while the ledger knows no key of theirs.
  for (const std::string& tx : txs) {
    abci::RequestCheckTx check;
    check.set_tx(tx);
    ASSERT_TRUE(here.application().CheckTx(check));
  }
  for (const std::string& tx : txs) {
    EXPECT_EQ(here_engine.Apply({tx}).SerializeAsString(),
              other_engine.Apply({tx}).SerializeAsString());
  }
  EXPECT_EQ(here.store().Head()->hash, other.store().Head()->hash);
  EXPECT_EQ(here.store().Head()->header.height, 4U);
}

TEST_F(LedgerApplicationTest, AnotherHeightThanTheNextIsRefused) {
  ASSERT_TRUE(Finalize(2, {world_.Bundle({world_.Event()})}));
  for (const std::int64_t height : {-1, 0, 1, 3, 100}) {
    abci::RequestFinalizeBlock request = BlockRequest(5, GenesisTime(), {});
    request.set_height(height);
    const std::string message =
        MessageOf(ErrorCode::kFailedPrecondition, app().FinalizeBlock(request));
    EXPECT_TRUE(Says(message, "needs block 2")) << message;
  }
  // What was staged before is not committed any more.
  MessageOf(ErrorCode::kFailedPrecondition, app().Commit());
  EXPECT_EQ(store().EngineHeight(), 1U);
  EXPECT_TRUE(Finalize(2, {}));
}

TEST_F(LedgerApplicationTest, ABlockThatIsNotLaterIsRefused) {
  abci::RequestFinalizeBlock request = BlockRequest(2, GenesisTime(), {});
  request.mutable_time()->set_seconds(request.time().seconds() - 1);  // the time of block 1
  EXPECT_TRUE(
      Says(MessageOf(ErrorCode::kFailedPrecondition, app().FinalizeBlock(request)), "not later"));
  request.mutable_time()->set_nanos(1);
  EXPECT_TRUE(app().FinalizeBlock(request));
}

TEST_F(LedgerApplicationTest, WhatWasNotFinalizedIsNotCommitted) {
  MessageOf(ErrorCode::kFailedPrecondition, app().Commit());
  ASSERT_TRUE(Finalize(2, {}));
  const auto committed = app().Commit();
  ASSERT_TRUE(committed);
  EXPECT_EQ(committed->retain_height(), 0);
  MessageOf(ErrorCode::kFailedPrecondition, app().Commit());
  EXPECT_EQ(store().EngineHeight(), 2U);
}

TEST_F(LedgerApplicationTest, AnApprovedChangeOfPeersChangesTheValidators) {
  const auto propose = [&](std::initializer_list<int> numbers) {
    v1::Change change;
    for (const int number : numbers) {
      *change.mutable_peers()->add_peers() = support::PeerMessage(number);
    }
    const auto entry = world_.Sign("vp-hatinh", {op::Propose{change}});
    return engine_.Apply({world_.Bundle({world_.Event(), entry})});
  };
  const auto key = [](int number) { return support::PeerMessage(number).validator_key(); };

  EXPECT_EQ(engine_.Apply({world_.Bundle({world_.Event()})}).validator_updates_size(), 0);
  const auto added = propose({1, 2, 3, 4});
  OutcomeOf<ledger::Accepted>(0, 1);
  ASSERT_EQ(added.validator_updates_size(), 1);
  EXPECT_EQ(added.validator_updates(0).pub_key().ed25519(), key(4));
  EXPECT_EQ(added.validator_updates(0).power(), kValidatorPower);
  EXPECT_EQ(engine_.Apply({}).validator_updates_size(), 0);

  const auto replaced = propose({1, 3, 4, 5});
  std::map<std::string, std::int64_t> updates;
  for (const auto& update : replaced.validator_updates()) {
    updates[update.pub_key().ed25519()] = update.power();
  }
  EXPECT_EQ(updates, (std::map<std::string, std::int64_t>{{key(2), 0}, {key(5), kValidatorPower}}));
}

TEST(LedgerApplicationRulesTest, FieldsOfLaterRulesAreUnknownUntilThoseAreInForce) {
  const auto store =
      storage::LedgerStore::CreateInMemory(support::UnderRules(0, support::FoundingBlockOf(3)));
  EngineWorld world(store.get());
  LoopbackEngine engine(world.application(), GenesisTime());
  ASSERT_TRUE(world.application().InitChain(world.Genesis()));
  const std::string bundle = world.Bundle(support::FirstEntries(world.ledger_id()));
  const auto decided = [&]() -> const CommittedBlock& { return world.committed().back(); };

  EXPECT_EQ(engine.Apply({bundle}).app_hash(), base::ToText(store->Head()->hash));
  EXPECT_EQ(decided().block, nullptr);
  for (const auto& outcome : decided().bundles.at(0).decision.outcomes) {
    EXPECT_EQ(std::get<base::Error>(outcome).message, "sogoc.v1.SignedEntry: unknown field 1");
  }

  abci::RequestCheckTx check;  // under the earlier rules; its result is kept for the block
  check.set_tx(bundle);
  ASSERT_EQ(world.application().CheckTx(check)->code(), 0U);
  v1::Change change;
  change.set_rules_version(ledger::kRulesVersion);
  const std::vector<ledger::CheckedEntry> proposal = {
      {*ledger::DecodeEntry(world.Sign("vp-hatinh", {op::Propose{change}}), ledger::kRulesVersion),
       {}}};
  store->Commit(*ledger::ExecuteBlock(*store, proposal, GenesisTime()).block);
  engine.Apply({bundle});
  ASSERT_NE(decided().block, nullptr);
  EXPECT_EQ(decided().block->header.version, ledger::kRulesVersion);
  EXPECT_EQ(decided().block->entry_ids.size(), decided().bundles.at(0).decision.ids.size());
}

TEST_F(LedgerApplicationTest, MisbehaviorIsReportedOnceForABlock) {
  abci::RequestFinalizeBlock request = BlockRequest(2, GenesisTime(), {});
  abci::Misbehavior& proof = *request.add_misbehavior();
  proof.set_type(abci::DUPLICATE_VOTE);
  proof.set_height(1);
  proof.mutable_validator()->set_address(
      base::ToText(ValidatorAddress(base::AsBytes(support::PeerMessage(2).validator_key()))));
  abci::Misbehavior& other = *request.add_misbehavior();
  other.set_type(abci::LIGHT_CLIENT_ATTACK);
  other.mutable_validator()->set_address(std::string(20, '\x01'));
  ASSERT_TRUE(app().FinalizeBlock(request));
  ASSERT_TRUE(app().FinalizeBlock(request));
  EXPECT_TRUE(world_.misbehavior().empty());
  ASSERT_TRUE(app().Commit());
  ASSERT_EQ(world_.misbehavior().size(), 2U);
  EXPECT_EQ(world_.misbehavior()[0].peer, "peer2.example");
  EXPECT_EQ(world_.misbehavior()[0].kind, "DUPLICATE_VOTE");
  EXPECT_EQ(world_.misbehavior()[0].engine_height, 1U);
  EXPECT_EQ(world_.misbehavior()[1].peer, base::ToHex(Bytes(20, 1)));
  EXPECT_EQ(world_.misbehavior()[1].kind, "LIGHT_CLIENT_ATTACK");
  ASSERT_TRUE(Finalize(3, {}));
  ASSERT_TRUE(app().Commit());
  EXPECT_EQ(world_.misbehavior().size(), 2U);
}

// ---- CheckTx, proposals, Query

TEST_F(LedgerApplicationTest, CheckTxLetsInWhatMayBeTaken) {
  EXPECT_EQ(CheckEntry(world_.Event()), 0U);
  // Refused by a rule, but perhaps not after the block before.
  EXPECT_EQ(CheckEntry(world_.Event("no such lot")), 0U);
  EXPECT_EQ(CheckEntry(world_.Sign(Signer("htx-cam").With("new key"), {op::RegisterBatch{}})), 0U);
  const std::string tx = world_.Bundle({world_.Event(), world_.Event()});
  EXPECT_EQ(CheckTx(tx), 0U);
  engine_.Apply({tx});
  EXPECT_EQ(CheckTx(tx), 0U);
}

TEST_F(LedgerApplicationTest, CheckTxRefusesWhatNoBlockWouldTake) {
  const auto sign_at = [&](base::TimeNs now, const base::Digest& ledger_id) {
    return support::SignAt(now, ledger_id, "htx-cam", {op::RecordStageEvent{}});
  };
  EXPECT_NE(CheckTx(""), 0U);
  EXPECT_NE(CheckTx("garbage"), 0U);
  EXPECT_NE(CheckEntry(Bytes{1, 2, 3}), 0U);
  EXPECT_NE(CheckEntry(Forged()), 0U);
  EXPECT_NE(CheckEntry(sign_at(GenesisTime(), base::Digest{1})), 0U);
  // The head's time is a second after the genesis; an entry is good for an hour.
  const base::TimeNs head = GenesisTime() + kNsPerSecond;
  ASSERT_EQ(store().Head()->header.time, head);
  EXPECT_NE(CheckEntry(sign_at(head - 3'600 * kNsPerSecond, world_.ledger_id())), 0U);
  EXPECT_EQ(CheckEntry(sign_at(head - 3'599 * kNsPerSecond, world_.ledger_id())), 0U);
  EXPECT_NE(CheckTx(world_.Bundle({world_.Event(), world_.Event(), Forged()})), 0U);
}

TEST_F(LedgerApplicationTest, ASignatureIsVerifiedOnceFromTheMempoolToTheBlock) {
  const std::size_t before = world_.verifier().signatures();
  const std::string tx = world_.Bundle({world_.Event(), world_.Event(), world_.Event()});
  EXPECT_EQ(CheckTx(tx), 0U);
  EXPECT_EQ(CheckTx(tx), 0U);
  ASSERT_TRUE(Finalize(2, {tx}));
  engine_.Apply({tx});
  EXPECT_EQ(world_.verifier().signatures(), before + 3);
}

TEST_F(LedgerApplicationTest, AProposalHasNothingButBundles) {
  const std::string one = world_.Bundle({world_.Event()});
  const std::string two = world_.Bundle({world_.Event()});
  abci::RequestPrepareProposal request;
  for (const std::string& tx : {two, std::string("garbage"), one}) request.add_txs(tx);
  request.set_max_tx_bytes(1 << 20);
  const auto proposal = app().PrepareProposal(request).value();
  ASSERT_EQ(proposal.txs_size(), 2);
  EXPECT_EQ(proposal.txs(0), one);
  EXPECT_EQ(proposal.txs(1), two);
  for (const std::int64_t bytes_max : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{100}}) {
    request.set_max_tx_bytes(bytes_max);
    EXPECT_EQ(app().PrepareProposal(request).value().txs_size(), 0);
  }
  EXPECT_EQ(Process({one, two}), abci::ResponseProcessProposal::ACCEPT);
  EXPECT_EQ(Process({}), abci::ResponseProcessProposal::ACCEPT);
  EXPECT_EQ(Process({one, "garbage", two}), abci::ResponseProcessProposal::REJECT);
  EXPECT_EQ(Process({""}), abci::ResponseProcessProposal::REJECT);
}

TEST_F(LedgerApplicationTest, QueriesAreNotAnsweredHere) {
  abci::RequestQuery request;
  request.set_path("\xff\xfe");
  const auto response = app().Query(request).value();
  EXPECT_NE(response.code(), 0U);
  EXPECT_FALSE(response.log().empty());
}

}  // namespace
}  // namespace sogoc::cometbft
