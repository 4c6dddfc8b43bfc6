// The API of one of four peers: what it says before and after a quorum stands behind an entry.

#include "node/gateway/api.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <future>
#include <thread>

#include "node/consensus/sequencer.h"
#include "node/ledger/policy.h"
#include "node/storage/files.h"
#include "proto/api.pb.h"
#include "tests/support/ledger_keys.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_ledger.h"

namespace sogoc::gateway {
namespace {

using base::kNsPerSecond;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

class ApiTest : public testing::Test {
 protected:
  // peer1 of so many.
  void Begin(int peers, milliseconds final_wait = std::chrono::hours(1)) {
    support::WorldOptions world;
    world.peers = peers;
    ledger_.emplace(world);
    clock_.Set(ledger_->now());
    const auto founding = ledger::ExecuteFounding(ledger_->founding()).value();
    store_ = storage::LedgerStore::CreateInMemory(*founding);
    origin_ = ledger::Load<ledger::LedgerRecord>(*store_, ledger::LedgerKey())->origin;
    log_reader_ = store_->LogReader();
    cosigner_ = peer::Cosigner::Start(
                    {origin_, "peer1.example", directory_ / "checkpoint"},
                    {support::Ed25519Of("peer1/log"), support::Ed25519Of("peer1/cosigner")},
                    *store_->Head(),
                    [this](const ledger::ChainHead&) { return *ledger::PolicyOf(*store_); },
                    log_reader_, clock_, storage::SystemFiles())
                    .value();
    sequencer_ = std::make_unique<consensus::Sequencer>(
        *store_, clock_, *verifier_, consensus::SequencerOptions{},
        [this](const ledger::ChainHead& head) { cosigner_->Extend(head); });
    AddApiRoutes(
        {*store_, *sequencer_, *cosigner_, clock_,
         [](const std::function<void()>& work) { work(); }, "ocop.example", "peer1.example",
         [this] { return statuses_; }, final_wait, [this] { return own_; }},
        router_);
    for (const auto& block : support::FirstBlocks(world, ledger_->ledger_id())) {
      for (const auto& first : block) {
        entries_.push_back(ledger_->SignBytes(first.author, first.operations));
      }
    }
  }
  void TearDown() override {
    sequencer_.reset();
    cosigner_.reset();
  }

  std::future<Response> Call(Method method, std::vector<std::string> path, NamedValues query = {},
                             const std::string& body = "") {
    Request request;
    request.method = method;
    request.path = std::move(path);
    request.query = std::move(query);
    request.fields = {{"Content-Type", "application/x-protobuf"}};
    request.body = body;
    const auto answered = std::make_shared<std::promise<Response>>();
    auto found = router_.Find(request);
    if (auto* refusal = std::get_if<Response>(&found)) {
      answered->set_value(*refusal);
    } else {
      const auto& match = std::get<RouteMatch>(found);
      request.captures = match.captures;
      match.route->handler(std::move(request),
                           [answered](const Response& response) { answered->set_value(response); });
    }
    return answered->get_future();
  }
  template <class Message>
  static Message Parse(const Response& response) {
    Message message;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(response.body, &message).ok())
        << response.body;
    return message;
  }
  template <class Message>
  Message Get(std::vector<std::string> path) {
    return Parse<Message>(Call(Method::kGet, std::move(path)).get());
  }
  // Submits the next of the first entries.
  std::future<Response> Post(NamedValues query = {}) {
    v1::SubmitRequest submit;
    submit.add_entries(base::ToText(entries_.at(posted_++)));
    return Call(Method::kPost, {"v1", "entries"}, std::move(query), submit.SerializeAsString());
  }
  static v1::CommittedEntry Committed(const Response& response) {
    const auto answer = Parse<v1::SubmitResponse>(response);
    EXPECT_TRUE(answer.results(0).has_committed()) << response.body;
    return answer.results(0).committed();
  }
  // Peer `number` signs this node's newest head, once that has come so far.
  void Cosign(int number, ledger::Height height) {
    while (cosigner_->Newest()->head.header.height < height) std::this_thread::yield();
    const std::string peer = "peer" + std::to_string(number);
    const crypto::Checkpoint checkpoint = cosigner_->Newest()->verdict.checkpoint;
    const std::string line = crypto::FormatNoteSignature(
        crypto::CosignNote(crypto::FormatCheckpoint(checkpoint), peer + ".example",
                           support::Ed25519Of(peer + "/cosigner"), clock_.Now() / kNsPerSecond));
    EXPECT_EQ(
        cosigner_->Receive(peer + ".example", {checkpoint.size, checkpoint.root, height, line, ""}),
        peer::LineFate::kCounted);
  }
  ledger::PeerRecord OwnRecord() const {
    return ledger::Load<ledger::PeersRecord>(*store_, ledger::PeersKey())->peers.at(0);
  }
  static bool IsReady(const std::future<Response>& answer) {
    return answer.wait_for(milliseconds(50)) == std::future_status::ready;
  }

  std::optional<support::TestLedger> ledger_;
  support::ManualClock clock_{0};
  support::TempDirectory directory_;
  std::unique_ptr<storage::LedgerStore> store_;
  std::string origin_;
  crypto::LogNodeReader log_reader_;
  const std::unique_ptr<crypto::P256BatchVerifier> verifier_ = crypto::MakePlainP256Verifier();
  std::vector<peer::PeerStatus> statuses_;
  OwnStanding own_;
  std::unique_ptr<peer::Cosigner> cosigner_;
  std::unique_ptr<consensus::Sequencer> sequencer_;
  Router router_;
  std::vector<base::Bytes> entries_;
  std::size_t posted_ = 0;
};

TEST_F(ApiTest, ANodeAloneAnswersWhenItsOwnCheckpointCoversTheEntry) {
  Begin(1);
  const v1::CommittedEntry entry = Committed(Post().get());
  EXPECT_TRUE(entry.final());
  EXPECT_EQ(entry.cosigned(), 1U);
  EXPECT_EQ(entry.cosigners_known(), 1U);
  const auto status = Get<v1::LedgerStatus>({"v1", "ledger"});
  EXPECT_EQ(status.height(), entry.height());
  EXPECT_TRUE(status.checkpoint().quorum());
}

TEST_F(ApiTest, OneOfFourAnswersWhenTheEntryIsDurable) {
  Begin(4);
  const v1::CommittedEntry entry = Committed(Post().get());
  EXPECT_EQ(entry.height(), 1U);
  EXPECT_FALSE(entry.final());
  EXPECT_LE(entry.cosigned(), 1U);
  EXPECT_EQ(entry.cosigners_known(), 4U);
  EXPECT_EQ(entry.quorum_needed(), 3U);
}

TEST_F(ApiTest, AnAnswerWaitsForTheQuorumOnRequest) {
  Begin(4);
  std::future<Response> answer = Post({{"wait", "final"}});
  Cosign(2, 1);
  EXPECT_FALSE(IsReady(answer));
  Cosign(4, 1);
  const v1::CommittedEntry entry = Committed(answer.get());
  EXPECT_TRUE(entry.final());
  EXPECT_EQ(entry.cosigned(), 3U);
}

TEST_F(ApiTest, AQuorumThatDoesNotComeIsNotWaitedForLong) {
  Begin(4, milliseconds(100));
  std::future<Response> answer = Post({{"wait", "final"}});
  Cosign(3, 1);
  const v1::CommittedEntry entry = Committed(answer.get());
  EXPECT_FALSE(entry.final());
  EXPECT_EQ(entry.cosigned(), 2U);
}

TEST_F(ApiTest, WaitingIsForTheQuorumOnly) {
  Begin(4);
  EXPECT_EQ(Post({{"wait", "forever"}}).get().status, 400);
}

TEST_F(ApiTest, WhatIsRefusedWaitsForNobody) {
  Begin(4);
  v1::SubmitRequest submit;
  submit.add_entries("no entry");
  const auto answer = Parse<v1::SubmitResponse>(
      Call(Method::kPost, {"v1", "entries"}, {{"wait", "final"}}, submit.SerializeAsString())
          .get());
  EXPECT_TRUE(answer.results(0).has_error());
}

TEST_F(ApiTest, ReadsAreAtTheNewestHeadWithAQuorum) {
  Begin(4);
  EXPECT_EQ(Call(Method::kGet, {"v1", "health"}).get().status, 503);
  auto status = Get<v1::LedgerStatus>({"v1", "ledger"});
  EXPECT_FALSE(status.checkpoint().quorum());
  EXPECT_EQ(status.checkpoint().time(), "");
  EXPECT_EQ(status.checkpoint().age_seconds(), 0);
  EXPECT_THAT(status.checkpoint().cosigners(), ElementsAre("peer1.example"));

  for (int number : {2, 3}) Cosign(number, 0);
  EXPECT_EQ(Call(Method::kGet, {"v1", "health"}).get().status, 200);
  const std::string id = Parse<v1::SubmitResponse>(Post().get()).results(0).id();
  while (cosigner_->Newest()->head.header.height == 0) std::this_thread::yield();
  status = Get<v1::LedgerStatus>({"v1", "ledger"});
  EXPECT_EQ(status.height(), 0U);
  EXPECT_EQ(status.newest_height(), 1U);
  EXPECT_TRUE(status.checkpoint().quorum());
  EXPECT_EQ(status.checkpoint().quorum_needed(), 3U);

  // The entry itself is shown, with how far it is.
  auto entry = Get<v1::LogEntry>({"v1", "entries", id});
  EXPECT_FALSE(entry.final());
  EXPECT_EQ(entry.cosigned(), 1U);
  EXPECT_EQ(entry.cosigners_known(), 4U);
  for (int number : {2, 3}) Cosign(number, 1);
  entry = Get<v1::LogEntry>({"v1", "entries", id});
  EXPECT_TRUE(entry.final());
  EXPECT_EQ(entry.cosigned(), 3U);
  EXPECT_EQ(Get<v1::LedgerStatus>({"v1", "ledger"}).height(), 1U);
  EXPECT_EQ(Call(Method::kGet, {"v1", "log", "100000"}).get().status, 404);
}

TEST_F(ApiTest, PeersAreShownAsTheyStand) {
  Begin(4);
  peer::PeerStatus up;
  up.name = "peer2.example";
  up.address = "192.0.2.7:26670";
  up.dialled_since = ledger_->now();
  up.version = "0.1.0";
  up.clock_offset = std::chrono::nanoseconds(-1'500'000'000);
  up.heartbeat_at = ledger_->now();
  up.height = 7;
  peer::PeerStatus down;
  down.name = "peer3.example";
  down.dial_problem = "Connection refused";
  statuses_ = {up, down};
  const auto peers = Get<v1::PeersStatus>({"v1", "peers"});
  EXPECT_EQ(peers.name(), "peer1.example");
  EXPECT_TRUE(peers.cosigns());
  ASSERT_EQ(peers.peers_size(), 2);
  EXPECT_EQ(peers.peers(0).address(), "192.0.2.7:26670");
  EXPECT_EQ(peers.peers(0).dialled_since(), base::FormatTimeIso(ledger_->now()));
  EXPECT_EQ(peers.peers(0).heard_since(), "");
  EXPECT_TRUE(peers.peers(0).clock_known());
  EXPECT_EQ(peers.peers(0).clock_offset_ms(), -1'500);
  EXPECT_EQ(peers.peers(0).height(), 7U);
  EXPECT_EQ(peers.peers(1).dial_problem(), "Connection refused");
  EXPECT_FALSE(peers.peers(1).clock_known());
}

TEST_F(ApiTest, HealthNamesWhatFails) {
  Begin(1);
  auto health = Get<v1::Health>({"v1", "health"});
  EXPECT_TRUE(health.healthy());
  EXPECT_TRUE(health.checkpoint().quorum());
  own_.takes_entries = base::Unavailable("the disk is full");
  own_.engine.emplace();
  own_.engine->catching_up = true;
  const Response response = Call(Method::kGet, {"v1", "health"}).get();
  EXPECT_EQ(response.status, 503);
  health = Parse<v1::Health>(response);
  EXPECT_FALSE(health.healthy());
  EXPECT_THAT(health.problems(),
              ElementsAre(HasSubstr("the disk is full"), HasSubstr("catching up")));
}

TEST_F(ApiTest, ThePeerThatAnswersSaysHowItStands) {
  Begin(4);
  own_.version = "0.1.0";
  own_.clock = base::FailedPrecondition("11 s behind");
  own_.engine.emplace();
  own_.engine->height = 44;
  own_.engine->votes = base::Unavailable("catching up");
  own_.validator_evidence = 2;
  own_.scrub = {base::Corrupt("000012.sst"), 1, std::chrono::seconds(7)};
  const auto own = Get<v1::PeersStatus>({"v1", "peers"}).own();
  EXPECT_EQ(own.organisation(), OwnRecord().organisation);
  EXPECT_EQ(own.version(), "0.1.0");
  EXPECT_EQ(own.size(), store_->Head()->log.size());
  EXPECT_EQ(own.clock_problem(), "11 s behind");
  EXPECT_EQ(own.engine().height(), 44U);
  EXPECT_EQ(own.engine().votes_not(), "catching up");
  EXPECT_EQ(own.validator_evidence(), 2U);
  EXPECT_EQ(own.store_damage(), "000012.sst");
  EXPECT_EQ(own.scrub_age_seconds(), 7U);
}

TEST_F(ApiTest, ThePeersRecordIsServedAsTheLedgerHasIt) {
  Begin(4);
  const auto list = Get<v1::PeerList>({"v1", "peers", "record"});
  ASSERT_EQ(list.peers_size(), 4);
  const ledger::PeerRecord own = OwnRecord();
  EXPECT_EQ(list.peers(0).name(), "peer1.example");
  EXPECT_EQ(list.peers(0).organisation(), own.organisation);
  EXPECT_EQ(list.peers(0).log_key(), base::ToText(own.log_key));
  EXPECT_EQ(list.peers(0).cosigner_key(), base::ToText(own.cosigner_key));
  EXPECT_EQ(list.peers(0).tls_key_hash(), base::ToText(own.tls_key_hash));
  EXPECT_EQ(list.peers(0).validator_key(), base::ToText(own.validator_key));
  EXPECT_EQ(static_cast<std::size_t>(list.peers(0).endpoints_size()), own.endpoints.size());
}

TEST_F(ApiTest, TheCheckpointIsServedAsItStands) {
  Begin(4);
  const Response response = Call(Method::kGet, {"checkpoint"}).get();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("peer1.example"));
}

TEST_F(ApiTest, AnAnswerProvesThatItsBlockIsTheLastOneUnderTheCheckpoint) {
  Begin(4);
  for (int number : {2, 3}) Cosign(number, 0);
  const auto status = Get<v1::LedgerStatus>({"v1", "ledger"});
  const auto checkpoint = crypto::JudgeCheckpoint(status.proof().note(), *ledger::PolicyOf(*store_),
                                                  clock_.Now() / kNsPerSecond);
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  EXPECT_TRUE(checkpoint->has_quorum);
  const auto header = ledger::DecodeHeaderLeaf(base::FromHex(status.proof().header()).value());
  ASSERT_TRUE(header);
  EXPECT_EQ(base::ToHex(ledger::HeaderHash(*header)), status.header_hash());
  std::vector<base::Digest> proof;
  for (const auto& hash : status.proof().header_proof()) {
    proof.push_back(base::DigestFromHex(hash).value());
  }
  EXPECT_EQ(header->index() + 1, checkpoint->checkpoint.size);
  EXPECT_TRUE(crypto::VerifyInclusion(ledger::HeaderHash(*header), header->index(),
                                      checkpoint->checkpoint.size, proof,
                                      checkpoint->checkpoint.root));
}

TEST_F(ApiTest, ThePolicyIsServedAsAFile) {
  Begin(4);
  const Response response = Call(Method::kGet, {"policy"}).get();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(crypto::ParsePolicy(response.body).value(), *ledger::PolicyOf(*store_));
  EXPECT_THAT(response.body, HasSubstr("# date: 2026-01-"));
  EXPECT_THAT(response.body, HasSubstr(base::ToHex(ledger_->ledger_id())));
}

TEST_F(ApiTest, OneSizeOfTheLogIsProvedToExtendAnother) {
  Begin(1);
  const std::uint64_t from = store_->Head()->log.size();
  const base::Digest old_root = store_->Head()->log.Root();
  Post().get();
  const auto consistency = [this](const NamedValues& query) {
    return Call(Method::kGet, {"v1", "consistency"}, query).get();
  };
  const auto proof = Parse<v1::ConsistencyProof>(consistency({{"from", std::to_string(from)}}));
  EXPECT_EQ(proof.from_root(), base::ToHex(old_root));
  EXPECT_EQ(proof.to(), store_->Head()->log.size());
  std::vector<base::Digest> hashes;
  for (const auto& hash : proof.hashes()) hashes.push_back(base::DigestFromHex(hash).value());
  EXPECT_TRUE(
      crypto::VerifyConsistency(from, old_root, proof.to(), store_->Head()->log.Root(), hashes));
  for (const NamedValues& bad : std::vector<NamedValues>{{},
                                                         {{"from", "0"}},
                                                         {{"from", "-1"}},
                                                         {{"from", "1x"}},
                                                         {{"from", "2"}, {"to", "1"}},
                                                         {{"from", "1"}, {"to", ""}},
                                                         {{"from", "1000000"}}}) {
    EXPECT_EQ(consistency(bad).status, 400);
  }
  EXPECT_EQ(consistency({{"from", "1"}, {"to", "1000000"}}).status, 404);
}

}  // namespace
}  // namespace sogoc::gateway
