// Files from other peers, message by message: the links and the time are the test's.

#include "node/peer/blob_fetcher.h"

#include <gmock/gmock.h>

#include "tests/support/blob_shelf.h"

namespace sogoc::peer {
namespace {

using base::Bytes;
using base::Digest;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class BlobFetcherTest : public testing::Test {
 protected:
  BlobFetcherTest() {
    BlobFetcherHooks hooks;
    hooks.send = [this](const std::string& peer, const PeerMessage& message) {
      sent_.emplace_back(peer, message);
    };
    hooks.work = [this](const std::function<std::function<void()>()>& work) {
      works_.push_back(work);
    };
    hooks.ended = [this](const std::string& peer, const Digest&, const char* problem) {
      ended_.push_back(peer + ": " + (problem == nullptr ? "got" : problem));
    };
    fetcher_.emplace(shelf_.blobs(), std::chrono::minutes(1), std::move(hooks));
    Tick();
  }

  // What was sent since the last call; disk work is done first.
  std::vector<std::pair<std::string, PeerMessage>> Sent() {
    while (!works_.empty()) {
      const auto work = std::move(works_.front());
      works_.pop_front();
      work()();
    }
    return std::exchange(sent_, {});
  }
  void Tick(std::chrono::milliseconds time = std::chrono::seconds(1)) {
    now_ += time;
    fetcher_->Tick(now_);
  }
  // Connects peers, whose first questions are answered with nothing.
  void Connect(const std::vector<std::string>& peers) {
    for (const std::string& peer : peers) fetcher_->LinkUp(peer);
    Tick();
    for (const auto& [peer, message] : Sent()) {
      if (std::holds_alternative<BlobQuery>(message)) {
        EXPECT_TRUE(fetcher_->Answered(peer, {}));
      }
    }
  }
  static BlobPart PartOf(const Bytes& file, std::uint32_t offset) {
    const base::ByteView rest = base::ByteView(file).subspan(offset);
    return {crypto::Sha256(file), offset, static_cast<std::uint32_t>(file.size()),
            base::ToBytes(rest.first(std::min(rest.size(), kBlobPartBytes)))};
  }
  std::pair<std::string, PeerMessage> Request(const std::string& peer, std::uint32_t offset) const {
    return {peer, BlobRequest{hash_, offset}};
  }
  // peer2 is asked for the first part of the file.
  void BeginTransfer() {
    shelf_.Name({hash_});
    Connect({"peer2", "peer3"});
    fetcher_->Announced("peer2", {{hash_}});
    ASSERT_THAT(Sent(), ElementsAre(Request("peer2", 0)));
  }

  support::BlobShelf shelf_;
  const Bytes file_ = Bytes(130'000, 5);
  const Digest hash_ = crypto::Sha256(file_);
  std::vector<std::pair<std::string, PeerMessage>> sent_;
  std::deque<std::function<std::function<void()>()>> works_;
  std::vector<std::string> ended_;
  BlobFetcher::Time now_{std::chrono::hours(1)};
  std::optional<BlobFetcher> fetcher_;
};

TEST_F(BlobFetcherTest, AFileThatIsAnnouncedComesPartByPart) {
  BeginTransfer();
  EXPECT_TRUE(fetcher_->Received("peer2", PartOf(file_, 0)));
  EXPECT_THAT(Sent(), ElementsAre(Request("peer2", 60'000)));
  EXPECT_TRUE(fetcher_->Received("peer2", PartOf(file_, 60'000)));
  EXPECT_THAT(Sent(), ElementsAre(Request("peer2", 120'000)));
  EXPECT_TRUE(fetcher_->Received("peer2", PartOf(file_, 120'000)));
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_THAT(ended_, ElementsAre("peer2: got"));
  EXPECT_EQ(shelf_.blobs().Read(hash_).value(), file_);
  // Nobody is asked for what is here.
  fetcher_->Announced("peer3", {{hash_}});
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(BlobFetcherTest, WhatNoEntryNamesIsNotAskedFor) {
  Connect({"peer2"});
  fetcher_->Announced("peer2", {{hash_, Digest{1}}});
  EXPECT_THAT(Sent(), IsEmpty());
  // Its entry comes a little later than the word.
  Tick();
  EXPECT_THAT(Sent(), IsEmpty());
  shelf_.Name({hash_});
  Tick();
  EXPECT_THAT(Sent(), ElementsAre(Request("peer2", 0)));
}

TEST_F(BlobFetcherTest, WordOfAFileWhoseEntryDoesNotComeIsForgotten) {
  Connect({"peer2"});
  fetcher_->Announced("peer2", {{hash_}});
  for (int i = 0; i < BlobFetcher::kAnnouncedTries; ++i) {
    Sent();
    Tick();
  }
  shelf_.Name({hash_});
  Sent();
  Tick();
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(BlobFetcherTest, AWrongPartEndsTheTransferAndAnotherPeerIsAsked) {
  const auto part = [this](std::uint32_t offset) { return PartOf(file_, offset); };
  BlobPart too_long = part(0);
  too_long.size = storage::kBlobBytesMax + 1;
  BlobPart short_part = part(0);
  short_part.bytes.pop_back();
  BlobPart long_part = PartOf(Bytes(10, 1), 0);
  long_part.hash = hash_;
  long_part.bytes.push_back(1);
  const BlobPart wrong[] = {part(60'000), too_long, short_part, long_part,
                            BlobPart{hash_, 0, 0, {}}};
  shelf_.Name({hash_});
  for (const BlobPart& bad : wrong) {
    fetcher_->LinkDown("peer2");
    fetcher_->LinkDown("peer3");
    Tick(std::chrono::minutes(11));  // what was refused before is forgiven
    Sent();
    Connect({"peer2", "peer3"});
    fetcher_->Announced("peer2", {{hash_}});
    ASSERT_THAT(Sent(), ElementsAre(Request("peer2", 0)));
    fetcher_->Announced("peer3", {{hash_}});
    EXPECT_THAT(Sent(), IsEmpty());
    EXPECT_TRUE(fetcher_->Received("peer2", bad));
    EXPECT_THAT(Sent(), ElementsAre(Request("peer3", 0)));
    // peer2 is not asked for it again now.
    fetcher_->Announced("peer2", {{hash_}});
    fetcher_->LinkDown("peer3");
    EXPECT_THAT(Sent(), IsEmpty());
  }
  EXPECT_EQ(ended_.size(), std::size(wrong));
  EXPECT_FALSE(shelf_.Holds(hash_));
}

TEST_F(BlobFetcherTest, AFileThatChangesItsSizeIsRefused) {
  BeginTransfer();
  EXPECT_TRUE(fetcher_->Received("peer2", PartOf(file_, 0)));
  BlobPart part = PartOf(file_, 60'000);
  part.size += 1;
  EXPECT_TRUE(fetcher_->Received("peer2", part));
  EXPECT_THAT(ended_, ElementsAre("peer2: its file changed its size"));
}

TEST_F(BlobFetcherTest, AFileWithAnotherHashIsNotKept) {
  BeginTransfer();
  fetcher_->Announced("peer3", {{hash_}});
  Bytes other = Bytes(50'000, 6);
  BlobPart part = PartOf(other, 0);
  part.hash = hash_;
  EXPECT_TRUE(fetcher_->Received("peer2", part));
  EXPECT_THAT(Sent(), ElementsAre(Request("peer3", 0)));
  EXPECT_THAT(ended_, ElementsAre("peer2: its file has another hash"));
  EXPECT_FALSE(shelf_.Holds(hash_));
  for (const std::uint32_t offset : {0U, 60'000U, 120'000U}) {
    EXPECT_TRUE(fetcher_->Received("peer3", PartOf(file_, offset)));
  }
  Sent();
  EXPECT_TRUE(shelf_.Holds(hash_));
}

TEST_F(BlobFetcherTest, WhatWasNotAskedForChangesNothing) {
  EXPECT_FALSE(fetcher_->Received("stranger", PartOf(file_, 0)));
  EXPECT_FALSE(fetcher_->Answered("stranger", {{hash_}}));
  BeginTransfer();
  EXPECT_FALSE(fetcher_->Received("peer3", PartOf(file_, 0)));
  EXPECT_FALSE(fetcher_->Received("peer2", PartOf(Bytes(9, 9), 0)));
  EXPECT_FALSE(fetcher_->Answered("peer2", {{hash_}}));
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_TRUE(fetcher_->Received("peer2", PartOf(file_, 0)));
  EXPECT_THAT(Sent(), ElementsAre(Request("peer2", 60'000)));
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(BlobFetcherTest, AnAnswerNamesOnlyWhatWasAsked) {
  shelf_.Name({hash_});
  fetcher_->LinkUp("peer2");
  Tick();
  EXPECT_THAT(Sent(), ElementsAre(std::pair("peer2", PeerMessage(BlobQuery{{hash_}}))));
  EXPECT_FALSE(fetcher_->Answered("peer2", {{Digest{1}, hash_}}));
  EXPECT_THAT(Sent(), ElementsAre(Request("peer2", 0)));
}

TEST_F(BlobFetcherTest, APeerGivesOneFileAtATime) {
  const Bytes small(10, 1);
  BeginTransfer();
  shelf_.Name({crypto::Sha256(small)});
  fetcher_->Announced("peer2", {{crypto::Sha256(small)}});
  EXPECT_THAT(Sent(), IsEmpty());
  for (const std::uint32_t offset : {0U, 60'000U, 120'000U}) {
    EXPECT_TRUE(fetcher_->Received("peer2", PartOf(file_, offset)));
  }
  EXPECT_EQ(Sent().back(),
            std::pair(std::string("peer2"), PeerMessage(BlobRequest{crypto::Sha256(small), 0})));
}

TEST_F(BlobFetcherTest, ASlowPeerIsReplacedAndMayTryAgain) {
  BeginTransfer();
  fetcher_->Announced("peer3", {{hash_}});
  Tick(std::chrono::seconds(9));
  EXPECT_THAT(Sent(), IsEmpty());
  Tick();
  EXPECT_THAT(Sent(), ElementsAre(Request("peer3", 0)));
  EXPECT_THAT(ended_, ElementsAre("peer2: it sent no part in time"));
  fetcher_->LinkDown("peer3");
  fetcher_->Announced("peer2", {{hash_}});
  EXPECT_THAT(Sent(), ElementsAre(Request("peer2", 0)));
}

TEST_F(BlobFetcherTest, ALinkThatBreaksEndsItsTransfer) {
  BeginTransfer();
  fetcher_->Announced("peer3", {{hash_}});
  Sent();
  fetcher_->LinkDown("peer2");
  EXPECT_THAT(Sent(), ElementsAre(Request("peer3", 0)));
  EXPECT_FALSE(fetcher_->Received("peer2", PartOf(file_, 0)));
}

TEST_F(BlobFetcherTest, WhoWaitsForAFileIsToldWhenItIsHere) {
  shelf_.Name({hash_});
  Connect({"peer2", "peer3"});
  int told = 0;
  fetcher_->Fetch(hash_, [&] { ++told; });
  fetcher_->Fetch(hash_, [&] { ++told; });
  EXPECT_THAT(Sent(), UnorderedElementsAre(std::pair("peer2", PeerMessage(BlobQuery{{hash_}})),
                                           std::pair("peer3", PeerMessage(BlobQuery{{hash_}}))));
  EXPECT_TRUE(fetcher_->Answered("peer2", {}));
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(fetcher_->Answered("peer3", {{hash_}}));
  for (const std::uint32_t offset : {0U, 60'000U, 120'000U}) {
    EXPECT_TRUE(fetcher_->Received("peer3", PartOf(file_, offset)));
  }
  EXPECT_EQ(told, 0);
  Sent();
  EXPECT_EQ(told, 2);
}

TEST_F(BlobFetcherTest, WhoWaitsForAFileThatNobodyHasIsToldSoAndNobodyIsAskedAtOnceAgain) {
  shelf_.Name({hash_});
  int told = 0;
  fetcher_->Fetch(hash_, [&] { ++told; });  // nobody to ask
  EXPECT_EQ(told, 1);
  Connect({"peer2"});
  fetcher_->Fetch(hash_, [&] { ++told; });
  EXPECT_EQ(Sent().size(), 1U);
  EXPECT_TRUE(fetcher_->Answered("peer2", {}));
  EXPECT_EQ(told, 2);
  fetcher_->Fetch(hash_, [&] { ++told; });
  EXPECT_EQ(told, 3);
  EXPECT_THAT(Sent(), IsEmpty());
  Tick(std::chrono::seconds(5));
  fetcher_->Fetch(hash_, [&] { ++told; });
  EXPECT_EQ(Sent().size(), 1U);
  // A peer that does not answer.
  Tick(std::chrono::seconds(3));
  EXPECT_EQ(told, 3);
  Tick();
  EXPECT_EQ(told, 4);
}

TEST_F(BlobFetcherTest, WhatIsMissingIsAskedForAgainAndAgain) {
  shelf_.Name({hash_});
  Connect({"peer2"});
  Tick(std::chrono::seconds(59));
  EXPECT_THAT(Sent(), IsEmpty());
  Tick();
  EXPECT_THAT(Sent(), ElementsAre(std::pair("peer2", PeerMessage(BlobQuery{{hash_}}))));
  EXPECT_TRUE(fetcher_->Answered("peer2", {}));
  // A new link is a new chance.
  fetcher_->LinkUp("peer3");
  Tick();
  EXPECT_EQ(Sent().size(), 2U);
}

TEST_F(BlobFetcherTest, ManyMissingFilesAreAskedForInPieces) {
  std::vector<Digest> hashes;
  for (int i = 0; i < 2'500; ++i) {
    hashes.push_back(crypto::Sha256(base::AsBytes(std::to_string(i))));
  }
  shelf_.Name(hashes);
  fetcher_->LinkUp("peer2");
  std::set<Digest> asked;
  for (int i = 0; i < 3; ++i) {
    Tick();
    const auto sent = Sent();
    EXPECT_LE(sent.size(), 5U);
    for (const auto& [peer, message] : sent) {
      const auto& query = std::get<BlobQuery>(message);
      EXPECT_LE(query.hashes.size(), kBlobHashesMax);
      asked.insert(query.hashes.begin(), query.hashes.end());
      EXPECT_TRUE(fetcher_->Answered(peer, {}));
    }
  }
  EXPECT_EQ(asked.size(), hashes.size());
  Tick();
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(BlobFetcherTest, APeerThatDoesNotAnswerIsNotAskedOnAndOn) {
  shelf_.Name({hash_});
  fetcher_->LinkUp("peer2");
  std::size_t asked = 0;
  for (int i = 0; i < 30; ++i) {
    Tick(std::chrono::minutes(1));
    asked += Sent().size();
  }
  EXPECT_EQ(asked, BlobFetcher::kQueriesMax);
}

TEST_F(BlobFetcherTest, WithoutRoomNothingIsKeptAndThePeerNotAskedAtOnceAgain) {
  shelf_.room = base::Unavailable("full");
  BeginTransfer();
  for (const std::uint32_t offset : {0U, 60'000U, 120'000U}) {
    EXPECT_TRUE(fetcher_->Received("peer2", PartOf(file_, offset)));
  }
  Sent();
  EXPECT_THAT(ended_, ElementsAre("peer2: this node cannot keep the file"));
  fetcher_->Announced("peer2", {{hash_}});
  EXPECT_THAT(Sent(), IsEmpty());
}

}  // namespace
}  // namespace sogoc::peer
