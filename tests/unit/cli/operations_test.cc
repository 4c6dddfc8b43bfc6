// Every operation of the schema from its command line: the example that its help shows.

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <map>
#include <set>

#include "node/ledger/entry.h"
#include "tests/support/ledger_keys.h"
#include "tests/unit/cli/cli_run.h"
#include "tools/sogoc/json.h"
#include "tools/sogoc/operation_flags.h"

namespace sogoc::tools {
namespace {

using google::protobuf::FieldDescriptor;
using support::CliResult;

const base::Digest kLedgerId = crypto::Sha256(base::AsBytes("a ledger"));

// What the example of each operation states. $sha<x> is the SHA-256 of the content of file x (its
// name), $hex<x> bytes, $key<x> the new key of organisation x.
const std::map<std::string, std::string> kStated = {
    {"propose", R"({"change":{"rules_version":2},"title":"Quy chế 2026"})"},
    {"approve",
     R"({"proposal":"$hex<9d5ed678fe57bcca610140957afab571a9b8e4d5a1e8f6c3b2d7c0e1f2a3b4c5>"})"},
    {"admit_organisation",
     R"({"organisation":"htx-son-nam","name":"HTX Sơn Nam","kind":"PRODUCER","admin_unit":"42",
         "keys":[$key<htx-son-nam>]})"},
    {"add_key", R"({"key":$plainkey<van-phong>})"},
    {"retire_key",
     R"({"key_id":"$hex<9d5ed678fe57bcca610140957afab571a9b8e4d5a1e8f6c3b2d7c0e1f2a3b4c5>"})"},
    {"revoke_key",
     R"({"key_id":"$hex<9d5ed678fe57bcca610140957afab571a9b8e4d5a1e8f6c3b2d7c0e1f2a3b4c5>",
         "suspect_since":1782838800})"},
    {"replace_lost_keys",
     R"({"organisation":"htx-son-nam","key":$key<htx-son-nam>,"suspect_since":1782867600})"},
    {"grant_role",
     R"({"organisation":"htx-son-nam","role":"PRODUCE","scope":"42","valid_from":20260701})"},
    {"revoke_role", R"({"organisation":"htx-son-nam","role":"PRODUCE","scope":"42"})"},
    {"name_successor", R"({"organisation":"ubnd-ha-giang","successor":"ubnd-tuyen-quang"})"},
    {"record_admin_units",
     R"({"units":[{"code":"42","name":"Tỉnh Hà Tĩnh","level":"PROVINCE","parent":"VN",
         "valid_from":20190101}]})"},
    {"record_resolver", R"({"host":"ocop.hatinh.example"})"},
    {"register_producer",
     R"({"type":"COOPERATIVE","legal_name":"HTX Sơn Nam","address":"Thôn 1, xã Sơn Nam",
         "residences":[{"commune":"18073","since":20210101}]})"},
    {"register_facility",
     R"({"facility":"CS1","name":"Xưởng Sơn Nam","kind":"PLANT","commune":"18073"})"},
    {"grant_prefix", R"({"organisation":"htx-son-nam","prefix":"8935000"})"},
    {"allocate_code", R"({"organisation":"htx-son-nam","gtin":"08935000000014"})"},
    {"register_product",
     R"({"gtin":"08935000000014","name":"Cam bù","vocabulary":2,"group":"thuc-pham",
         "picture":"$sha<cam.jpg>","standards":["VietGAP","Hữu cơ"]})"},
    {"score_product",
     R"({"gtin":"08935000000014","session":"dot-1-2026","date":20260701,"part_a":3250,
         "part_b":2000,"part_c":3000,"minutes":"$sha<bien-ban.pdf>"})"},
    {"record_decision",
     R"({"decision":{"issuer":"ubnd-ha-tinh","date":20260701,"number":"156/QĐ-UBND"},
         "title":"Công nhận đợt 1","document":"$sha<quyet-dinh.pdf>"})"},
    {"issue_certificate",
     R"({"certificate":"12/GCN","gtin":"08935000000014","star":4,
         "decision":{"issuer":"ubnd-ha-tinh","date":20260701,"number":"156/QĐ-UBND"},
         "change":"NEW","valid_to":20290701,
         "score":{"council":"hoi-dong-tinh","session":"dot-1-2026"}})"},
    {"revoke_certificate",
     R"({"certificate":"12/GCN",
         "decision":{"issuer":"ubnd-ha-tinh","date":20260801,"number":"170/QĐ-UBND"},
         "reason":"Không đạt tiêu chí bắt buộc"})"},
    {"register_batch",
     R"({"gtin":"08935000000014","lot":"L2026-07","amount":500000,"unit":"GRAM",
         "unit_content":250,"production_date":20260701,"expiry_date":20270701,"facility":"CS1",
         "inputs":[{"gtin":"08935000000021","lot":"L1","amount":600000}]})"},
    {"record_stage_event",
     R"({"gtin":"08935000000014","lot":"L2026-07","stage":"PACKING","location":"CS1",
         "time":1782955800,"note":"Đóng gói 250 g"})"},
    {"offer_input",
     R"({"gtin":"08935000000014","lot":"L2026-07","to":"co-so-banh","amount":50000})"},
    {"authorise_labels",
     R"({"gtin":"08935000000014","lot":"L2026-07","certificate":"12/GCN","first":1,"count":2000,
         "star":4,"printer":"in-ha-tinh"})"},
    {"set_run_keys",
     R"({"gtin":"08935000000014","first":1,
         "stamp_key":"$hex<0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6>"})"},
    {"confirm_print", R"({"gtin":"08935000000014","first":1,"printed":2000})"},
    {"activate_labels", R"({"gtin":"08935000000014","first":1,"activated":2000})"},
    {"record_exceptions",
     R"({"gtin":"08935000000014","first":1,"kind":"VOID",
         "ranges":[{"first":100,"count":100},{"first":250,"count":1}],"reason":"In lỗi"})"},
    {"open_recall",
     R"({"gtin":"08935000000014","recall":"TH-01/2026","lot":"L2026-07","kind":"RECALL",
         "reason":"Dư lượng vượt mức"})"},
    {"close_recall",
     R"({"gtin":"08935000000014","recall":"TH-01/2026","report":"$sha<bao-cao.pdf>"})"},
};

// The key of an organisation as `sogoc key prove` writes it.
v1::NewKey Proof(const std::string& organisation, bool manages_keys) {
  static std::map<std::string, v1::NewKey> proofs;  // no two signatures are the same
  if (!proofs.contains(organisation)) {
    proofs[organisation] =
        ledger::MakeNewKey(kLedgerId, organisation, support::KeyOf(organisation), false);
  }
  v1::NewKey proof = proofs[organisation];
  proof.set_manages_keys(manages_keys);
  return proof;
}

std::string Expand(std::string text) {
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$')) {
    const std::size_t open = text.find('<', at);
    const std::size_t close = text.find('>', at);
    const std::string word = text.substr(at + 1, open - at - 1);
    const std::string argument = text.substr(open + 1, close - open - 1);
    const std::string value =
        word == "sha"   ? base::ToBase64(crypto::Sha256(base::AsBytes(argument)))
        : word == "hex" ? base::ToBase64(*base::FromHex(argument))
                        : JsonLine(Proof(argument, /*manages_keys=*/word == "key"));
    text.replace(at, close + 1 - at, value);
  }
  return text;
}

class OperationsTest : public support::CliTest {
 protected:
  OperationsTest() {
    for (const char* name : {"cam.jpg", "bien-ban.pdf", "quyet-dinh.pdf", "bao-cao.pdf"}) {
      Write(name, name);
    }
    Write("change.json", R"({"rules_version": 2})");
    Write("unit.json", R"({"code": "42", "name": "Tỉnh Hà Tĩnh", "level": "PROVINCE",
                           "parent": "VN", "valid_from": 20190101})");
    Write("son-nam.newkey", JsonLine(Proof("htx-son-nam", false)));
    Write("second.newkey", JsonLine(Proof("van-phong", false)));
  }

  CliResult DryRun(const std::string& command) {
    std::vector<std::string> arguments = support::SplitWords(command);
    for (const char* more : {"--dry-run", "--author", "van-phong", "--ledger-id"}) {
      arguments.emplace_back(more);
    }
    arguments.push_back(base::ToHex(kLedgerId));
    return Run(arguments);
  }

  // The one operation that the command states.
  v1::Operation Stated(const std::string& command) {
    const CliResult result = DryRun(command);
    EXPECT_EQ(result.exit, Exit::kDone) << command << "\n" << result.err;
    v1::EntryBody body;
    EXPECT_TRUE(ParseJson("the output", result.out, body)) << result.out;
    EXPECT_EQ(body.operations_size(), 1) << result.out;
    return body.operations_size() == 1 ? body.operations(0) : v1::Operation();
  }
};

TEST_F(OperationsTest, EveryOperationHasACommandOfItsOwn) {
  std::set<std::string> members;
  std::set<std::string> paths;
  for (const OperationRow& row : OperationRows()) {
    EXPECT_TRUE(members.insert(row.member).second) << row.member;
    EXPECT_TRUE(paths.insert(row.path).second) << row.path;
    EXPECT_STRNE(row.help, "");
  }
  const auto& kinds = *v1::Operation::descriptor()->FindOneofByName("kind");
  for (int i = 0; i < kinds.field_count(); ++i) {
    const std::string& member = kinds.field(i)->name();
    EXPECT_TRUE(member == "found" || members.contains(member)) << member;
  }
  EXPECT_EQ(members.size() + 1, static_cast<std::size_t>(kinds.field_count()));
  for (const Command& command : AllCommands()) {
    if (command.path == "found") members.insert("found");
  }
  EXPECT_TRUE(members.contains("found"));
}

TEST_F(OperationsTest, EveryFieldHasAFlagAndAHelpLine) {
  for (const OperationRow& row : OperationRows()) {
    const auto& type = OperationMessage(row);
    for (int i = 0; i < type.field_count(); ++i) {
      ASSERT_NE(FindFieldRow(*type.field(i)), nullptr) << type.field(i)->full_name();
    }
    std::set<std::string> names;
    for (const Flag& flag : OperationFlags(row)) {
      EXPECT_TRUE(names.insert(flag.name).second) << row.path << " --" << flag.name;
      EXPECT_FALSE(flag.help.empty()) << row.path << " --" << flag.name;
    }
    for (int i = 0; i < type.field_count(); ++i) {
      EXPECT_TRUE(names.contains(FlagName(*type.field(i)))) << type.field(i)->full_name();
    }
  }
}

TEST_F(OperationsTest, EveryEnumValueIsShownInTheHelp) {
  for (const OperationRow& row : OperationRows()) {
    const auto& type = OperationMessage(row);
    const std::vector<Flag> flags = OperationFlags(row);
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) continue;
      const auto words = std::count(flags[static_cast<std::size_t>(i)].placeholder.begin(),
                                    flags[static_cast<std::size_t>(i)].placeholder.end(), '|');
      EXPECT_EQ(words + 2, type.field(i)->enum_type()->value_count()) << type.field(i)->full_name();
    }
  }
}

TEST_F(OperationsTest, TheExampleOfEveryCommandStatesWhatItSays) {
  for (const OperationRow& row : OperationRows()) {
    ASSERT_TRUE(kStated.contains(row.member)) << row.member;
    v1::Operation expected;
    const std::string json =
        Expand("{\"" + std::string(row.member) + "\":" + kStated.at(row.member) + "}");
    ASSERT_TRUE(ParseJson(row.member, json, expected)) << json;
    const v1::Operation stated = Stated(std::string(row.path) + " " + row.example);
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(stated, expected))
        << row.path << "\n"
        << stated.DebugString() << "expected\n"
        << expected.DebugString();
  }
}

TEST_F(OperationsTest, EachRequiredFlagOfEachExampleIsMissedByItsName) {
  for (const OperationRow& row : OperationRows()) {
    const auto& type = OperationMessage(row);
    for (int i = 0; i < type.field_count(); ++i) {
      if (FindFieldRow(*type.field(i))->optional) continue;
      const std::string flag = "--" + FlagName(*type.field(i));
      std::vector<std::string> kept = support::SplitWords(row.path);
      const std::vector<std::string> words = support::SplitWords(row.example);
      for (std::size_t w = 0; w < words.size(); ++w) {
        if (words[w] == flag) {
          ++w;  // its value
        } else {
          kept.push_back(words[w]);
        }
      }
      for (const char* more : {"--dry-run", "--author", "van-phong", "--ledger-id"}) {
        kept.emplace_back(more);
      }
      kept.push_back(base::ToHex(kLedgerId));
      const CliResult result = Run(kept);
      EXPECT_EQ(result.exit, Exit::kFailed) << row.path << " without " << flag;
      EXPECT_NE(result.err.find(flag + " is missing"), std::string::npos) << result.err;
    }
  }
}

TEST_F(OperationsTest, SwitchesAreFields) {
  EXPECT_TRUE(
      Stated("key add --new-key second.newkey --manages-keys").add_key().key().manages_keys());
  EXPECT_TRUE(Stated("resolver record --host a.example --withdrawn").record_resolver().withdrawn());
  EXPECT_TRUE(Stated("labels authorise --gtin 8935000000014 --lot L --certificate C --first 1 "
                     "--count 1 --star 3 --printer in --scratch")
                  .authorise_labels()
                  .scratch());
}

TEST_F(OperationsTest, AFileOfJsonGivesTheFieldsThatNoFlagGives) {
  Write("batch.json",
        R"({"gtin": "08935000000014", "lot": "L1", "amount": "500", "unit": "PIECE",
            "production_date": 20260701, "facility": "CS1"})");
  const v1::RegisterBatch batch =
      Stated("batch register --from batch.json --lot L2 --amount 7pcs").register_batch();
  EXPECT_EQ(batch.gtin(), "08935000000014");
  EXPECT_EQ(batch.lot(), "L2");
  EXPECT_EQ(batch.amount(), 7U);
  const CliResult other = DryRun("batch register --from batch.json --amount 7kg");
  EXPECT_EQ(other.exit, Exit::kFailed);
  EXPECT_NE(other.err.find("another unit"), std::string::npos) << other.err;
}

TEST_F(OperationsTest, AnAmountNeedsAUnitFromSomewhere) {
  const std::string batch =
      "batch register --gtin 8935000000014 --lot L --production-date today --facility CS1 ";
  EXPECT_EQ(DryRun(batch + "--amount 500").exit, Exit::kFailed);
  EXPECT_EQ(Stated(batch + "--amount 500 --unit piece").register_batch().unit(), v1::PIECE);
  EXPECT_EQ(Stated(batch + "--amount 5 --unit-content 1ml").register_batch().unit(),
            v1::MILLILITRE);
  EXPECT_EQ(DryRun(batch + "--amount 5kg --unit-content 1ml").exit, Exit::kFailed);
}

TEST_F(OperationsTest, AProofForAnotherOrganisationOrLedgerIsRefusedHere) {
  const CliResult result = DryRun(
      "organisation admit --organisation htx-khac --name X --kind producer --admin-unit 42 "
      "--new-key son-nam.newkey");
  EXPECT_EQ(result.exit, Exit::kFailed);
  EXPECT_NE(result.err.find("proves no key of htx-khac"), std::string::npos) << result.err;
}

TEST_F(OperationsTest, AMistakeNamesTheFlagAndHowToWriteIt) {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"--gtin 8935000000012", "--gtin: \"8935000000012\" is not a GTIN"},
      {"--date 01/07/2026", "--date: \"01/07/2026\" is not a date: write 2026-07-01"},
      {"--part-a 132", "--part-a: \"132\" is not a score"},
      {"--minutes @nothing.pdf", "--minutes: cannot read nothing.pdf"},
      {"--minutes 12ab", "--minutes: \"12ab\" is no SHA-256"},
      {"--stars 4", "--stars"},
  };
  for (const auto& [flag, message] : mistakes) {
    const CliResult result = DryRun("product score " + flag);
    EXPECT_EQ(result.exit, Exit::kFailed) << flag;
    EXPECT_NE(result.err.find(message), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace sogoc::tools
