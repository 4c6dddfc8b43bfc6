// A ledger that this code made and exported, read by tests/interop/read_ledger.py; then the same
// ledger with lies in it.

#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "crypto/checkpoint.h"
#include "node/ledger/policy.h"
#include "node/storage/tile_export.h"
#include "tests/support/paths.h"
#include "tests/support/random.h"
#include "tests/support/scenario.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_log.h"

namespace sogoc {
namespace {

namespace fs = std::filesystem;
namespace op = support::op;
using base::Bytes;
using Leaves = std::vector<Bytes>;
using support::Signer;

// Every operation on keys, a change of peers by approval, a product with its labels, and entries
// enough for more than one bundle.
class Story : public support::Scenario {
 public:
  Story() : Scenario({.approvers = {"ubnd-hatinh", "vp-hatinh"}, .threshold = 2, .peers = 2}) {
    Certify();
    Accepts("htx-cam", op::RegisterBatch{});
    KeyedRun();
    Keys();
    Governance();
    for (int block = 0; block < 4; ++block) {
      std::vector<ledger::Entry> entries;
      for (int i = 0; i < 60; ++i) entries.push_back(Sign("vp-hatinh", {op::RecordResolver{}}));
      ExecuteBlock(entries);
    }
  }

  const Leaves& leaves() const { return memory().leaves(); }
  // Leaves after the block that changes the peers.
  std::uint64_t size_at_change() const { return size_at_change_; }

 private:
  void Keys() {
    Accepts("htx-cam", op::AddKey{NewKey("htx-cam", "cam 2", /*manages_keys=*/true)});
    Accepts(Signer("htx-cam").With("cam 2"), op::RetireKey{"htx-cam"});
    Accepts("vp-hatinh", op::AdmitOrganisation{.keys = {NewKey("htx-moi", "moi 1", true),
                                                        NewKey("htx-moi", "moi 2", false)}});
    Accepts(Signer("htx-moi").With("moi 1"), op::RevokeKey{"moi 2", now_seconds() - 1});
    Accepts("vp-hatinh",
            op::ReplaceLostKeys{"htx-moi", NewKey("htx-moi", "moi 3", true), now_seconds() - 1});
  }

  void Governance() {
    v1::Change lost;
    *lost.mutable_replace_lost_keys() =
        op::ReplaceLostKeys{"ubnd-hatinh", NewKey("ubnd-hatinh", "ubnd 2", true), now_seconds() - 1}
            .Message();
    ApproveTogether(lost, "ubnd-hatinh");
    v1::Change peers;
    for (int i = 1; i <= 3; ++i) *peers.mutable_peers()->add_peers() = support::PeerMessage(i);
    ApproveTogether(peers, Signer("ubnd-hatinh").With("ubnd 2"));
    size_at_change_ = leaves().size();
  }

  // Proposed by the office and approved by `signer` in one block.
  void ApproveTogether(const v1::Change& change, const Signer& signer) {
    const ledger::Entry proposal = Sign("vp-hatinh", {op::Propose{change}});
    const ledger::Entry approval = Sign(signer, {op::Approve{ProposalId(proposal)}});
    for (const auto& outcome : ExecuteBlock(std::array{proposal, approval})) {
      EXPECT_TRUE(std::holds_alternative<ledger::Accepted>(outcome));
    }
  }

  std::uint64_t size_at_change_ = 0;
};

const Story& TheStory() {
  static const Story story;
  return story;
}

crypto::NoteSignature Cosign(const std::string& text, int peer) {
  const std::string name = "peer" + std::to_string(peer);
  return crypto::CosignNote(text, name + ".example", support::Ed25519Of(name + "/cosigner"), 1);
}

// The origin of the ledger that begins with this leaf.
std::string OriginOf(const Bytes& founding_leaf) {
  const auto entry = ledger::DecodeEntry(base::ByteView(founding_leaf).subspan(1), 1);
  return entry->body.operations(0).found().name() + "/" +
         base::ToHex(base::ByteView(crypto::Sha256(founding_leaf)).first(8));
}

class ReadLedger : public testing::Test {
 protected:
  // Writes the log into folder_, with a checkpoint by peer 2 and cosignatures by `peers`.
  void Export(const Leaves& leaves, const std::vector<int>& peers = {1, 3}) {
    support::TestLog log;
    for (const Bytes& leaf : leaves) log.Append(leaf);
    const storage::LogSource source{
        leaves.size(), [&](ledger::EntryIndex i) { return base::Result<Bytes>(leaves[i]); },
        log.Reader(leaves.size())};
    crypto::Note note =
        crypto::SignCheckpoint({OriginOf(leaves[0]), leaves.size(), log.root(leaves.size())},
                               support::Ed25519Of("peer2/log"));
    for (const int peer : peers) note.signatures.push_back(Cosign(note.text, peer));
    fs::remove_all(folder_);
    const auto status =
        storage::ExportTiles(storage::SystemFiles(), folder_, source, crypto::FormatNote(note));
    ASSERT_TRUE(status) << status.error().message;
  }

  // Runs the reader on folder_; its output is in output_.
  int Read(const std::string& policy = "") {
    const fs::path script = support::SourceDir() / "tests" / "interop" / "read_ledger.py";
    FILE* pipe = ::popen((script.string() + " " + folder_ + " " + policy + " 2>&1").c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    output_.clear();
    std::array<char, 4096> buffer;
    while (::fgets(buffer.data(), buffer.size(), pipe) != nullptr) output_ += buffer.data();
    const int status = ::pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void ExpectDisagrees(const std::string& about) {
    EXPECT_EQ(Read(), 1) << output_;
    EXPECT_NE(output_.find(about), std::string::npos) << output_;
  }
  bool Says(const std::string& line) const {
    return output_.find(line + "\n") != std::string::npos;
  }

  std::string Content(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
  }

  const Leaves leaves_ = TheStory().leaves();
  const support::TempDirectory temporary_{support::TempDirectory::Place::kMemory};
  const std::string folder_ = temporary_ / "log";
  std::string output_;
};

TEST_F(ReadLedger, AgreesWithTheLedger) {
  Export(leaves_);
  ASSERT_EQ(Read(), 0) << output_;
  const std::size_t blocks = TheStory().memory().headers().size();
  EXPECT_TRUE(Says("origin " + OriginOf(leaves_[0]))) << output_;
  EXPECT_TRUE(Says("size " + std::to_string(leaves_.size()))) << output_;
  EXPECT_TRUE(Says("blocks " + std::to_string(blocks))) << output_;
  EXPECT_TRUE(Says("entries " + std::to_string(leaves_.size() - blocks))) << output_;
  EXPECT_TRUE(Says("cosigned by peer1.example peer3.example")) << output_;
  EXPECT_GT(leaves_.size(), 256U);
}

TEST_F(ReadLedger, TakesAPolicyFile) {
  Export(leaves_);
  crypto::Policy policy = *ledger::PolicyOf(TheStory().memory());
  Write("policy", crypto::FormatPolicy(policy));
  EXPECT_EQ(Read(folder_ + "/policy"), 0) << output_;
  policy.quorum = 3;
  Write("policy", crypto::FormatPolicy(policy));
  EXPECT_EQ(Read(folder_ + "/policy"), 1);
  EXPECT_NE(output_.find("2 of 3 cosignatures"), std::string::npos) << output_;
}

// The block that changes the peers is final under the peers before it.
TEST_F(ReadLedger, PeersChangeFromTheNextBlockOn) {
  const auto size = static_cast<std::ptrdiff_t>(TheStory().size_at_change());
  const Leaves at_change(leaves_.begin(), leaves_.begin() + size);
  Export(at_change, {1, 2});
  EXPECT_EQ(Read(), 0) << output_;
  Export(at_change, {1, 3});
  ExpectDisagrees("1 of 2 cosignatures");
}

TEST_F(ReadLedger, CatchesEveryFlippedBit) {
  Export(leaves_);
  support::Random random;
  const std::string rest = std::to_string(leaves_.size() - 256);
  for (const std::string& name :
       {std::string("tile/entries/000"), "tile/entries/001.p/" + rest, std::string("tile/0/000"),
        "tile/0/001.p/" + rest, std::string("tile/1/000.p/1"), std::string("checkpoint")}) {
    const std::string content = Content(name);
    for (int i = 0; i < 2; ++i) {
      std::string changed = content;
      const std::size_t at = random.Below(changed.size());
      changed[at] = static_cast<char>(changed[at] ^ (1 << random.Below(8)));
      Write(name, changed);
      // A flipped size can name files that are not there, a flipped name a signer nobody knows.
      EXPECT_NE(Read(), 0) << name << " byte " << at << "\n" << output_;
    }
    Write(name, content);
  }
  EXPECT_EQ(Read(), 0) << output_;
}

TEST_F(ReadLedger, CannotReadWhatIsNotThere) {
  Export(leaves_);
  fs::remove(folder_ + "/tile/entries/000");
  EXPECT_EQ(Read(), 2) << output_;
  fs::remove(folder_ + "/checkpoint");
  EXPECT_EQ(Read(), 2) << output_;
}

TEST_F(ReadLedger, CatchesWrongCheckpoints) {
  Export(leaves_, {1});
  ExpectDisagrees("1 of 2 cosignatures");
  Export(leaves_, {1, 1});
  ExpectDisagrees("signs twice");
  Export(leaves_);
  std::string note = Content("checkpoint");
  const std::size_t line = note.find("\u2014 ");
  Write("checkpoint", note.substr(0, line) + note.substr(note.find("\u2014 peer")));
  ExpectDisagrees("not signed by the log");
  Write("checkpoint", note.substr(0, line));
  ExpectDisagrees("form");
}

// ---- Lies by whoever keeps the log and signs its checkpoints

// The same entries under headers that fit them again.
Leaves WithNewHeaders(const Leaves& leaves) {
  Leaves out;
  support::TestLog log;
  ledger::Header previous;
  for (const Bytes& leaf : leaves) {
    Bytes next = leaf;
    if (auto header = ledger::DecodeHeaderLeaf(leaf)) {
      const std::uint64_t size = out.size();
      header->first_index = header->height == 0 ? 0 : previous.index() + 1;
      header->entry_count = static_cast<std::uint32_t>(size - header->first_index);
      header->previous = header->height == 0 ? base::Digest{} : ledger::HeaderHash(previous);
      header->log_root = log.root(size);
      next = ledger::EncodeHeaderLeaf(*header);
      previous = *header;
    }
    log.Append(next);
    out.push_back(std::move(next));
  }
  return out;
}

// The index of the first of three entries at the end of the log's last block.
std::ptrdiff_t LateEntry(const Leaves& leaves) {
  return static_cast<std::ptrdiff_t>(leaves.size()) - 4;
}

TEST_F(ReadLedger, NewHeadersOverTheSameEntriesAreTheOldOnes) {
  EXPECT_EQ(WithNewHeaders(leaves_), leaves_);
}

TEST_F(ReadLedger, CatchesADroppedEntry) {
  Leaves lied = leaves_;
  lied.erase(lied.begin() + LateEntry(lied));
  Export(lied);
  ExpectDisagrees("count");
}

TEST_F(ReadLedger, CatchesSwappedEntries) {
  Leaves lied = leaves_;
  std::swap(*(lied.end() - 4), *(lied.end() - 3));
  Export(lied);
  ExpectDisagrees("log_root");
}

TEST_F(ReadLedger, CatchesADroppedBlock) {
  Leaves lied = leaves_;
  lied.erase(lied.end() - 2 * 61, lied.end() - 61);
  Export(lied);
  ExpectDisagrees("header before");
}

TEST_F(ReadLedger, CatchesAWrongSignature) {
  Leaves lied = leaves_;
  (lied.end() - 4)->back() ^= 1;
  Export(WithNewHeaders(lied));
  ExpectDisagrees("leaf " + std::to_string(lied.size() - 4));
  ExpectDisagrees("a signature is wrong");
}

TEST_F(ReadLedger, CatchesTheSecondFormOfASignature) {
  const auto order =
      *base::FromHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  Leaves lied = leaves_;
  Bytes& leaf = *(lied.end() - 4);
  int borrow = 0;
  for (std::size_t i = 1; i <= 32; ++i) {  // s := n - s
    const int byte = order[32 - i] - leaf[leaf.size() - i] - borrow;
    borrow = byte < 0 ? 1 : 0;
    leaf[leaf.size() - i] = static_cast<std::uint8_t>(byte + 256 * borrow);
  }
  Export(WithNewHeaders(lied));
  ExpectDisagrees("low s");
}

TEST_F(ReadLedger, CatchesAnEntryThatComesAgain) {
  Leaves lied = leaves_;
  *(lied.end() - 4) = *(lied.end() - 3);
  Export(WithNewHeaders(lied));
  ExpectDisagrees("the same entry a second time");
}

TEST_F(ReadLedger, CatchesAKeyThatMayNotSign) {
  support::Scenario story = TheStory();
  for (const char* key : {"htx-cam", "moi 1", "moi 2", "ubnd-hatinh", "cam 2", "nobody's"}) {
    Leaves lied = leaves_;
    // Retired, replaced, revoked, replaced by approval, another organisation's, unknown.
    const char* author = key[0] == 'm' ? "htx-moi" : key[0] == 'h' ? "htx-cam" : "ubnd-hatinh";
    *(lied.end() - 4) = story.Sign(Signer(author).With(key), {op::RecordResolver{}}).Leaf();
    Export(WithNewHeaders(lied));
    ExpectDisagrees("is no active key of the author");
  }
}

TEST_F(ReadLedger, CatchesAKeyWithoutProofOfPossession) {
  support::Scenario story = TheStory();
  v1::NewKey key = story.NewKey("htx-cam", "cam 3", true);
  key.mutable_possession()->back() = static_cast<char>(key.possession().back() ^ 1);
  Leaves lied = leaves_;
  *(lied.end() - 4) = story.Sign("vp-hatinh", {op::AddKey{key}}).Leaf();
  Export(WithNewHeaders(lied));
  ExpectDisagrees("a signature is wrong");
}

TEST_F(ReadLedger, CatchesAnEntryOutOfItsTime) {
  support::Scenario story = TheStory();
  for (const std::uint64_t not_after :
       {story.now_seconds() - 2, story.now_seconds() + 31 * 86'400}) {
    Leaves lied = leaves_;
    *(lied.end() - 4) =
        story.Sign("vp-hatinh", {op::RecordResolver{}}, {not_after, std::nullopt, std::nullopt})
            .Leaf();
    Export(WithNewHeaders(lied));
    ExpectDisagrees("an entry out of its time");
  }
}

TEST_F(ReadLedger, CatchesATimeThatDoesNotRise) {
  Leaves lied = leaves_;
  ledger::Header header = *ledger::DecodeHeaderLeaf(lied.back());
  header.time = ledger::DecodeHeaderLeaf(*(lied.end() - 62))->time;
  lied.back() = ledger::EncodeHeaderLeaf(header);
  Export(lied);
  ExpectDisagrees("time");
}

TEST_F(ReadLedger, CatchesALogThatEndsWithinABlock) {
  Export(Leaves(leaves_.begin(), leaves_.end() - 1));
  ExpectDisagrees("does not end with a header");
}

}  // namespace
}  // namespace sogoc
