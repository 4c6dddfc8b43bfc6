// What a client can send that is no good, to the real program over a real connection: each gets an
// answer that says why, none stops the node, and nothing of it comes into the log.

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <csignal>
#include <optional>
#include <vector>

#include "crypto/random.h"
#include "node/app/audit.h"
#include "node/ledger/entry.h"
#include "node/ledger/header.h"
#include "node/ledger/limits.h"
#include "tests/integration/node/node_folder.h"
#include "tests/integration/node/node_process.h"
#include "tests/support/raw_client.h"

namespace sogoc {
namespace {

using base::Bytes;
using support::KeyOf;
using support::SubmitAll;
using testing::HasSubstr;
using testing::StartsWith;
namespace op = support::op;

constexpr char kAuthor[] = "htx-cam";

class BadEntries : public testing::Test {
 protected:
  void SetUp() override {
    auto client = tools::HttpClient::Create(node_->url());
    ASSERT_TRUE(client) << client.error().message;
    client_.emplace(std::move(*client));
    SubmitAll(*client_, folder_.FirstEntries());
    SubmitAll(*client_, {folder_.Sign(kAuthor, {op::RegisterBatch{.expiry_date = 20991231}})});
    size_ = LogSize();
  }
  void TearDown() override {
    SubmitAll(*client_, {Event()});  // it still serves and writes
    node_->process().Signal(SIGTERM);
    EXPECT_EQ(node_->process().Wait(), 0) << node_->process().output();
    const auto audit = app::Audit(folder_.directory(), [](std::uint64_t, std::uint64_t) {});
    EXPECT_TRUE(audit) << audit.error().message;
  }

  // A good entry of a stage event.
  Bytes Event() const { return folder_.Sign(kAuthor, {op::RecordStageEvent{}}); }
  // The body of one, to be spoilt and signed.
  v1::EntryBody Body() const { return ledger::DecodeEntry(Event(), ledger::kRulesVersion)->body; }
  static Bytes Signed(const v1::EntryBody& body, const std::string& key = kAuthor) {
    return ledger::SignEntry(body, KeyOf(key));
  }
  static std::uint64_t Now() { return base::SystemClock().Now() / base::kNsPerSecond; }

  v1::EntryResult Submit(const Bytes& entry) {
    const auto response = support::Submit(*client_, {entry});
    EXPECT_TRUE(response) << response.error().message;
    return response && response->results_size() == 1 ? response->results(0) : v1::EntryResult();
  }
  std::uint64_t LogSize() {
    v1::LedgerStatus status;
    const auto reply = client_->Get("/v1/ledger");
    EXPECT_TRUE(reply && google::protobuf::util::JsonStringToMessage(reply->body, &status).ok());
    return status.log_size();
  }
  // The answer's status line and all that follows.
  std::string Send(const std::string& bytes) const {
    support::RawClient client(Port());
    client.Send(bytes);
    client.EndSending();
    return client.ReadAll();
  }
  std::uint16_t Port() const {
    const std::string& url = node_->url();
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
  }
  static std::string Post(std::size_t length, const std::string& type, const std::string& body) {
    return "POST /v1/entries HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" + body;
  }

  support::NodeFolder folder_;
  std::optional<support::NodeProcess> node_{std::in_place, folder_.directory().path()};
  std::optional<tools::HttpClient> client_;
  std::uint64_t size_ = 0;
};

TEST_F(BadEntries, BytesThatAreNoEntryAreErrorsThatSayWhy) {
  const Bytes good = Event();
  const auto changed = [&](std::size_t at, std::uint8_t byte) {
    Bytes bytes = good;
    bytes[at] = byte;
    return bytes;
  };
  Bytes truncated = good;
  truncated.resize(good.size() / 2);
  Bytes longer = good;
  longer.push_back(0);
  Bytes unknown_field = good;
  base::Append(unknown_field, Bytes{0x78, 0x01});  // field 15
  // The length of the first field in one byte more than it takes.
  Bytes padded = good;
  ASSERT_EQ(padded[1] & 0x80, 0) << "one byte tells its length";
  padded[1] |= 0x80;
  padded.insert(padded.begin() + 2, 0x00);
  v1::EntryBody large = Body();
  for (int i = 0; i < 400; ++i) {
    *large.add_operations() = op::RecordStageEvent{.note = std::string(200, 'x')};
  }
  const struct {
    const char* what;
    Bytes bytes;
  } rows[] = {{"nothing", {}},
              {"noise", crypto::RandomBytes(500)},
              {"truncated", truncated},
              {"one byte too many", longer},
              {"another first field", changed(0, 0x7a)},
              {"a field that is not known", unknown_field},
              {"a length that is not minimal", padded},
              {"larger than an entry may be", Signed(large)},
              {"much larger", Bytes(1 << 20, 0x0a)}};
  for (const auto& row : rows) {
    const v1::EntryResult result = Submit(row.bytes);
    ASSERT_TRUE(result.has_error()) << row.what << ": " << result.ShortDebugString();
    EXPECT_EQ(result.error().code(), "invalid_argument") << row.what;
    EXPECT_NE(result.error().message(), "") << row.what;
  }
  EXPECT_EQ(LogSize(), size_);
}

TEST_F(BadEntries, EntriesThatMayNotBeRecordedAreRefusedByNumber) {
  v1::EntryBody expired = Body();
  expired.set_not_after(Now() - 60);
  v1::EntryBody far_ahead = Body();
  far_ahead.set_not_after(Now() + ledger::kEntryWindowSeconds + 600);
  v1::EntryBody other_ledger = Body();
  other_ledger.set_ledger_id(std::string(32, 'x'));
  v1::EntryBody nobody = Body();
  nobody.set_author("nobody");
  v1::EntryBody other_author = Body();
  other_author.set_author("ct-mam");
  const ledger::Entry entry = *ledger::DecodeEntry(Event(), ledger::kRulesVersion);
  Bytes wrongly_signed = entry.bytes;
  wrongly_signed.back() ^= 1;
  const struct {
    Bytes bytes;
    const char* name;
  } rows[] = {{Signed(expired), "expired"},           {Signed(far_ahead), "too_far_ahead"},
              {Signed(other_ledger), "other_ledger"}, {Signed(nobody, "nobody"), "unknown_key"},
              {Signed(nobody), "not_authors_key"},    {Signed(other_author), "not_authors_key"},
              {wrongly_signed, "bad_signature"}};
  for (const auto& row : rows) {
    const v1::EntryResult result = Submit(row.bytes);
    ASSERT_TRUE(result.has_refused()) << row.name << ": " << result.ShortDebugString();
    EXPECT_EQ(result.refused().name(), row.name);
    EXPECT_NE(result.refused().number(), 0U) << row.name;
    EXPECT_NE(result.refused().vi(), "") << row.name;
    EXPECT_NE(result.refused().en(), "") << row.name;
  }
  EXPECT_EQ(LogSize(), size_);
}

TEST_F(BadEntries, AReplayedEntryGetsItsReceiptAgainAndStandsOnce) {
  const Bytes entry = Event();
  const v1::EntryResult first = Submit(entry);
  ASSERT_TRUE(first.has_committed()) << first.ShortDebugString();
  const std::uint64_t size = LogSize();
  const v1::EntryResult again = Submit(entry);
  ASSERT_TRUE(again.has_committed()) << again.ShortDebugString();
  EXPECT_TRUE(again.committed().repeated_entry());
  EXPECT_EQ(again.committed().index(), first.committed().index());
  EXPECT_EQ(LogSize(), size);
}

TEST_F(BadEntries, BadOnesAmongGoodOnesHarmNobody) {
  Bytes truncated = Event();
  truncated.pop_back();
  v1::EntryBody expired = Body();
  expired.set_not_after(1);
  const auto response =
      support::Submit(*client_, {Event(), truncated, Signed(expired), Event(), {}});
  ASSERT_TRUE(response) << response.error().message;
  ASSERT_EQ(response->results_size(), 5);
  EXPECT_TRUE(response->results(0).has_committed());
  EXPECT_TRUE(response->results(1).has_error());
  EXPECT_TRUE(response->results(2).has_refused());
  EXPECT_TRUE(response->results(3).has_committed());
  EXPECT_TRUE(response->results(4).has_error());
}

TEST_F(BadEntries, BodiesThatAreNoSubmissionAreAnswered) {
  const std::string proto = "application/x-protobuf";
  const auto request = [](int entries) {
    v1::SubmitRequest submit;
    for (int i = 0; i < entries; ++i) submit.add_entries("x");
    return submit.SerializeAsString();
  };
  const struct {
    const char* what;
    std::string type;
    std::string body;
  } rows[] = {{"no entries", proto, request(0)},
              {"too many entries", proto, request(1'001)},
              {"noise", proto, "\xff\xff\xff\xff"},
              {"no JSON", "application/json", "{\"entries\": [}"},
              {"JSON of something else", "application/json", "{\"stamps\": []}"},
              {"no base64", "application/json", "{\"entries\": [\"*\"]}"},
              {"another type", "text/plain", request(1)}};
  for (const auto& row : rows) {
    const std::string answer = Send(Post(row.body.size(), row.type, row.body));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << row.what;
    EXPECT_THAT(answer, HasSubstr("1 to 1000 entries")) << row.what;
  }
  EXPECT_THAT(Send(Post((8 << 20) + 1, proto, "x")), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(LogSize(), size_);
}

TEST_F(BadEntries, HalfARequestAndBrokenFramingsLeaveNothing) {
  v1::SubmitRequest submit;
  submit.add_entries(base::ToText(Event()));
  const std::string body = submit.SerializeAsString();
  const std::string proto = "application/x-protobuf";
  const std::string whole = Post(body.size(), proto, body);
  for (const std::size_t size : {std::size_t{1}, whole.find('\r'), whole.size() - body.size(),
                                 whole.size() - body.size() / 2, whole.size() - 1}) {
    EXPECT_EQ(Send(whole.substr(0, size)), "") << size;
  }
  // A request whose end readers could see in different places.
  const std::string head =
      "POST /v1/entries HTTP/1.1\r\nHost: a\r\nContent-Type: " + proto + "\r\n";
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  for (const std::string& fields :
       {length + "Transfer-Encoding: chunked\r\n", length + length,
        length + "Content-Length: 1\r\n", std::string("Content-Length: +5\r\n"),
        std::string("Transfer-Encoding: gzip\r\n"), length + "Host: b\r\n",
        length + " folded\r\n"}) {
    EXPECT_THAT(Send(head + fields + "\r\n" + body), StartsWith("HTTP/1.1 4")) << fields;
  }
  EXPECT_EQ(LogSize(), size_);
}

}  // namespace
}  // namespace sogoc
