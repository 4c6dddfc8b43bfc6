// sogoc-verify: is this stamp what it says?

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "tools/qr/qr_reader.h"
#include "tools/verify/report.h"
#include "tools/verify/stamp_checker.h"

namespace {

using namespace sogoc;

struct Arguments {
  std::string node = "http://127.0.0.1:8080";
  std::string ca_file;
  std::string ledger;
  std::string policy_file;
  unsigned star = 0;
  bool json = false;
  std::string uri;
  std::vector<std::string> pictures;
  std::string list;
};

constexpr int kCannotCheck = 2;

int Fail(const std::string& message) {
  std::cerr << "sogoc-verify: " << message << "\n";
  return kCannotCheck;
}

base::Result<tools::StampChecker> MakeChecker(const Arguments& arguments) {
  tools::StampCheckerOptions options;
  if (!arguments.ledger.empty()) {
    options.ledger_id = base::DigestFromHex(arguments.ledger);
    if (!options.ledger_id) return base::InvalidArgument("--ledger needs 64 hexadecimal digits");
  }
  if (!arguments.policy_file.empty()) {
    std::ifstream file(arguments.policy_file);
    if (!file) return base::NotFound("cannot read " + arguments.policy_file);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    TRY(options.policy, crypto::ParsePolicy(text));
  }
  if (arguments.star != 0) options.printed_star = static_cast<std::uint8_t>(arguments.star);
  tools::HttpClientOptions http;
  http.ca_file = arguments.ca_file;
  TRY(tools::HttpClient client, tools::HttpClient::Create(arguments.node, http));
  return tools::StampChecker(std::move(client), std::move(options));
}

v1::CheckedStamp Unreadable(const std::string& why) {
  v1::CheckedStamp stamp;
  tools::SetVerdict(stamp, ledger::VerdictCode::kCannotVerify, "no_code",
                    "Không đọc được mã trong ảnh: " + why, "No code could be read: " + why);
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

int Run(const CLI::App& app, const Arguments& arguments) {
  auto checker = MakeChecker(arguments);
  if (!checker) return Fail(checker.error().message);
  tools::Report report(arguments.json);
  if (app.got_subcommand("stamp")) {
    report.Add(checker->Check(arguments.uri), /*brief=*/false);
  } else if (app.got_subcommand("photo")) {
    for (const std::string& path : arguments.pictures) CheckPicture(path, *checker, report);
  } else if (const int failed = CheckList(arguments.list, *checker, report); failed != 0) {
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
      "  sogoc-verify photo label.jpg roll.png --star 4\n"
      "  sogoc-verify list stamps.csv --json > results.jsonl",
      "sogoc-verify");
  app.add_option("--node", arguments.node, "máy chủ để hỏi / node to ask (also SOGOC_NODE)")
      ->capture_default_str();
  app.add_option("--ca", arguments.ca_file, "PEM file with the certificates to trust for https");
  app.add_option("--ledger", arguments.ledger, "accept answers of this ledger id only");
  app.add_option("--policy", arguments.policy_file,
                 "tlog-policy file: the node's checkpoint must carry its quorum");
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
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kCannotCheck;
  }
  return Run(app, arguments);
}
