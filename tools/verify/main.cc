// sogoc-verify: is this stamp what it says?

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tools/qr/qr_reader.h"
#include "tools/verify/policy_export.h"
#include "tools/verify/report.h"
#include "tools/verify/stamp_checker.h"

namespace {

using namespace sogoc;

struct Arguments {
  std::string node = "http://127.0.0.1:8080";
  std::string ca_file;
  std::string ledger;
  std::vector<std::string> also;
  std::string policy_file;
  std::string evidence;
  unsigned star = 0;
  bool json = false;
  std::string uri;
  std::vector<std::string> pictures;
  std::string list;
  std::string out;
};

constexpr int kCannotCheck = 2;

int Fail(const std::string& message) {
  std::cerr << "sogoc-verify: " << message << "\n";
  return kCannotCheck;
}

base::Result<std::vector<tools::PeerGateway>> MakePeers(const Arguments& arguments) {
  std::vector<tools::PeerGateway> peers;
  std::vector<std::string> urls = {arguments.node};
  urls.insert(urls.end(), arguments.also.begin(), arguments.also.end());
  for (const std::string& url : urls) {
    TRY(auto peer, tools::PeerGateway::Create(url, arguments.ca_file));
    peers.push_back(std::move(peer));
  }
  return peers;
}

base::Result<std::optional<tools::DatedPolicy>> PinnedPolicy(const Arguments& arguments) {
  if (arguments.policy_file.empty()) return std::optional<tools::DatedPolicy>();
  std::ifstream file(arguments.policy_file);
  if (!file) return base::NotFound("cannot read " + arguments.policy_file);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  TRY(tools::DatedPolicy policy, tools::ReadPolicyText(text));
  return std::optional(std::move(policy));
}

base::Result<tools::StampCheckerOptions> MakeOptions(const Arguments& arguments) {
  tools::StampCheckerOptions options;
  if (!arguments.ledger.empty()) {
    options.ledger_id = base::DigestFromHex(arguments.ledger);
    if (!options.ledger_id) return base::InvalidArgument("--ledger needs 64 hexadecimal digits");
  }
  TRY(options.policy, PinnedPolicy(arguments));
  if (arguments.star != 0) options.printed_star = static_cast<std::uint8_t>(arguments.star);
  options.evidence = arguments.evidence;
  return options;
}

v1::CheckedStamp Unreadable(const std::string& why) {
  v1::CheckedStamp stamp;
  tools::SetVerdict(
      stamp, ledger::VerdictCode::kCannotVerify,
      {"no_code", "Không đọc được mã trong ảnh: " + why, "No code could be read: " + why});
  return stamp;
}

void CheckPicture(const std::string& path, tools::StampChecker& checker, tools::Report& report) {
  const auto codes = tools::ReadCodesIsolated(path);
  if (!codes || codes->empty()) {
    v1::CheckedStamp stamp =
        Unreadable(codes ? "không thấy mã QR / no QR code in the picture" : codes.error().message);
    stamp.set_source(path);
    report.Add(stamp, /*brief=*/false);
    return;
  }
  for (const std::string& code : *codes) {
    v1::CheckedStamp stamp = checker.Check(code);
    stamp.set_source(path);
    report.Add(stamp, /*brief=*/codes->size() > 4);
  }
}

// One code a line; empty lines and lines that begin with # are skipped. In a CSV the last column is
// taken.
int CheckList(const std::string& path, tools::StampChecker& checker, tools::Report& report) {
  std::ifstream file;
  if (path != "-") {
    file.open(path);
    if (!file) return Fail("cannot read " + path);
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string line;
  std::size_t number = 0;
  while (std::getline(in, line)) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::size_t comma = line.rfind(',');
    const std::string code = comma == std::string::npos ? line : line.substr(comma + 1);
    const bool heading = number == 1 && code == "uri";
    if (code.empty() || code.front() == '#' || heading) continue;
    v1::CheckedStamp stamp = checker.Check(code);
    stamp.set_source(path + ":" + std::to_string(number));
    report.Add(stamp, /*brief=*/true);
  }
  return 0;
}

int WritePolicy(std::vector<tools::PeerGateway> peers, const tools::StampCheckerOptions& options,
                const base::Clock& clock, const std::string& path) {
  const auto text = tools::ExportPolicy(peers, options.policy, clock, std::cerr);
  if (!text) return Fail(text.error().message);
  if (path.empty()) {
    std::cout << *text;
    return 0;
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << *text;
  file.close();
  return file ? 0 : Fail("cannot write " + path);
}

int Run(const CLI::App& app, const Arguments& arguments) {
  const base::SystemClock clock;
  auto peers = MakePeers(arguments);
  if (!peers) return Fail(peers.error().message);
  auto options = MakeOptions(arguments);
  if (!options) return Fail(options.error().message);
  if (app.got_subcommand("policy")) {
    return WritePolicy(std::move(*peers), *options, clock, arguments.out);
  }
  tools::StampChecker checker(std::move(*peers), std::move(*options), clock);
  tools::Report report(arguments.json);
  if (app.got_subcommand("stamp")) {
    report.Add(checker.Check(arguments.uri), /*brief=*/false);
  } else if (app.got_subcommand("photo")) {
    for (const std::string& path : arguments.pictures) CheckPicture(path, checker, report);
  } else if (const int failed = CheckList(arguments.list, checker, report); failed != 0) {
    return failed;
  }
  report.Summarise();
  return report.exit_code();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (const char* node = std::getenv("SOGOC_NODE")) arguments.node = node;
  CLI::App app(
      "Kiểm tra tem với một máy chủ sổ gốc / Checks stamps against a Sổ Gốc node.\n"
      "Không bao giờ mở địa chỉ ghi trong mã. / The address in a code is never visited.\n"
      "Mã thoát / exit code:\n"
      "  0  không có gì bất thường / nothing speaks against the stamps\n"
      "  1  có tem bất thường / something speaks against a stamp\n"
      "  2  có tem không kiểm tra được / a stamp could not be checked\n\n"
      "Ví dụ / examples:\n"
      "  sogoc-verify stamp 'HTTPS://TRUYXUAT.EXAMPLE/01/…?s=…'\n"
      "  sogoc-verify policy --also https://peer2.example --out ledger.policy\n"
      "  sogoc-verify --policy ledger.policy --also https://peer2.example stamp '…'\n"
      "  sogoc-verify photo label.jpg roll.png --star 4\n"
      "  sogoc-verify list stamps.csv --json > results.jsonl",
      "sogoc-verify");
  app.add_option("--node", arguments.node, "máy chủ để hỏi / node to ask (also SOGOC_NODE)")
      ->capture_default_str();
  app.add_option("--also", arguments.also,
                 "hỏi thêm máy chủ này / further peer to ask the same; may be given again")
      ->allow_extra_args(false);
  app.add_option("--ca", arguments.ca_file, "PEM file with the certificates to trust for https");
  app.add_option("--ledger", arguments.ledger, "accept answers of this ledger id only");
  app.add_option("--policy", arguments.policy_file,
                 "chính sách xác nhận từ nơi tin cậy / tlog-policy file from somebody you trust; "
                 "without, the policy that the node itself gives");
  app.add_option("--evidence", arguments.evidence,
                 "thư mục giữ bằng chứng hai bản sổ trái nhau / folder for the notes of a fork");
  app.add_option("--star", arguments.star, "hạng sao in trên nhãn / star printed on the label")
      ->check(CLI::Range(1, 5));
  app.add_flag("--json", arguments.json, "one JSON object a line");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_subcommand("stamp", "nội dung một mã / the text of one code")
      ->add_option("uri", arguments.uri, "text of the code")
      ->required();
  app.add_subcommand("photo", "mọi mã trong ảnh PNG, JPEG / all codes in pictures")
      ->add_option("file", arguments.pictures, "pictures")
      ->required();
  app.add_subcommand("list", "tệp mỗi dòng một mã / a file with one code a line")
      ->add_option("file", arguments.list, "text file or CSV, - for standard input")
      ->required();
  app.add_subcommand("policy",
                     "ghi chính sách mà các máy chủ cùng đưa ra / the policy that the peers give")
      ->add_option("--out", arguments.out, "file to write; standard output if left out");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kCannotCheck;
  }
  return Run(app, arguments);
}
