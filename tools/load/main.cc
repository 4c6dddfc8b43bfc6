// sogoc-load: how many entries a second a ledger takes, beside what OpenSSL verifies here.

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <limits>
#include <thread>

#include "crypto/key_file.h"
#include "crypto/passphrase.h"
#include "node/ledger/refusal.h"
#include "tools/load/run.h"
#include "tools/load/yardstick.h"

namespace {

using namespace sogoc;

constexpr std::size_t kSignedAheadBytesMax = std::size_t{512} << 20;
constexpr auto kBatchExists = static_cast<std::uint32_t>(ledger::RefusalCode::kBatchExists);
constexpr unsigned kRegistering = 32;            // connections
constexpr double kSignedAheadPerSecond = 2'000;  // entries, where no rate is given

struct Arguments {
  std::vector<std::string> nodes = {"http://127.0.0.1:8080"};
  std::vector<std::string> keys;
  std::vector<std::string> authors;
  std::vector<std::string> gtins;
  std::vector<std::string> locations;
  std::string passphrase_file;
  std::string lot;
  std::string journal;
  load::CourierOptions courier;
  std::uint64_t batches = 0;
  std::uint64_t entries = 20'000;
  std::uint64_t ahead = 0;
  unsigned per_request = 100;
  unsigned operations = 1;
  unsigned connections = 4;
  unsigned timeout_s = 30;
  unsigned give_up_s = 60;
  double seconds = 0;
  double rate = 0;
  double yardstick_s = 2;
  bool json = false;
};

constexpr char kDescription[] =
    "Sends signed stage events to the nodes of a ledger, and prints rate and latency beside "
    "OpenSSL's own\nverify rate on this machine. Without --rate each connection sends its next "
    "request when the last one is\nanswered (closed loop). Exit: 0 all committed, 1 some refused "
    "or undecided, 2 it could not run.\n\n"
    "Examples:\n"
    "  As fast as one node takes 50,000 entries:\n"
    "    sogoc-load --key producer.key --passphrase-file pass --author htx-demo \\\n"
    "               --gtin 08930000000019 --lot L1 --location CS1 --entries 50000 "
    "--connections 8\n"
    "  Two peers for a minute, entries of 100 operations on 10,000 batches that are registered "
    "first:\n"
    "    sogoc-load … --node http://127.0.0.1:8080 --node http://127.0.0.2:8080 \\\n"
    "               --lot L --batches 10000 --operations 100 --seconds 60\n"
    "  Latency at 750 entries/s until a quorum stands behind them, and what was promised in a "
    "file:\n"
    "    sogoc-load … --per-request 1 --connections 512 --rate 750 --seconds 60 --wait-final \\\n"
    "               --journal acknowledged.txt\n"
    "  Two authors: --author a --key a.key --gtin 0893… --location CS1 --author b --key b.key "
    "--gtin …";

void AddOptions(CLI::App& app, Arguments& arguments) {
  const auto repeated = [&app](const std::string& name, std::vector<std::string>& values,
                               const std::string& text) {
    return app.add_option(name, values, text)->allow_extra_args(false);
  };
  repeated("--node", arguments.nodes, "connections take turns over several nodes")
      ->capture_default_str();
  app.add_option("--ca", arguments.courier.ca_file,
                 "PEM file with the certificates to trust for https");
  repeated("--key", arguments.keys, "the author's key file; one for each author")->required();
  app.add_option("--passphrase-file", arguments.passphrase_file, "of all key files")->required();
  repeated("--author", arguments.authors, "several authors take turns")->required();
  repeated("--gtin", arguments.gtins, "a product of the author's; one for each")->required();
  repeated("--location", arguments.locations, "a facility of the author's; one for each")
      ->required();
  app.add_option("--lot", arguments.lot, "a batch of that product")->required();
  app.add_option("--batches", arguments.batches,
                 "register LOT-1 to LOT-N first, where they are not there, and go through them")
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--entries", arguments.entries)
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000'000));
  app.add_option("--seconds", arguments.seconds, "send for this time, instead of --entries")
      ->check(CLI::Range(0.1, 86'400.0));
  app.add_option("--rate", arguments.rate,
                 "entries a second at fixed times, each latency from the time it should have left "
                 "(open loop)")
      ->check(CLI::Range(0.01, 1'000'000.0));
  app.add_option("--per-request", arguments.per_request)
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  app.add_option("--operations", arguments.operations, "in one entry")
      ->capture_default_str()
      ->check(CLI::Range(1, 500));
  app.add_option("--connections", arguments.connections)
      ->capture_default_str()
      ->check(CLI::Range(1, 4'096));
  app.add_option("--ahead", arguments.ahead,
                 "sign so many entries before the clock starts [all; 2,000 a second where their "
                 "number is open; at most 512 MiB]");
  app.add_flag("--wait-final", arguments.courier.wait_final,
               "wait until a quorum of peers stands behind an entry");
  app.add_option("--timeout", arguments.timeout_s, "seconds for one answer; then another node")
      ->capture_default_str()
      ->check(CLI::Range(1, 600));
  app.add_option("--give-up", arguments.give_up_s, "seconds of trying; then it is undecided")
      ->capture_default_str()
      ->check(CLI::Range(1, 3'600));
  app.add_option("--journal", arguments.journal,
                 "append a line for each acknowledgement: id index height header-hash node");
  app.add_option("--yardstick", arguments.yardstick_s,
                 "seconds of OpenSSL's own rate, before the clock starts; 0: not measured")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 60.0));
  app.add_flag("--json", arguments.json);
}

base::Result<std::vector<load::Author>> ReadAuthors(const Arguments& arguments) {
  const std::size_t count = arguments.authors.size();
  if (arguments.keys.size() != count || arguments.gtins.size() != count ||
      arguments.locations.size() != count) {
    return base::InvalidArgument("each --author needs its --key, --gtin and --location");
  }
  TRY(const auto passphrase, crypto::ReadPassphraseFile(arguments.passphrase_file));
  std::vector<load::Author> authors;
  for (std::size_t i = 0; i < count; ++i) {
    TRY(crypto::P256PrivateKey key, crypto::ReadP256KeyFile(arguments.keys[i], passphrase));
    authors.push_back(
        {arguments.authors[i], std::move(key), arguments.gtins[i], arguments.locations[i]});
  }
  return authors;
}

// Of the first node that says it.
base::Result<base::Digest> LedgerId(const Arguments& arguments) {
  base::Error error;
  for (const std::string& node : arguments.nodes) {
    tools::HttpClientOptions options;
    options.ca_file = arguments.courier.ca_file;
    TRY(tools::HttpClient client, tools::HttpClient::Create(node, options));
    tools::HttpCall call;
    call.target = "/v1/ledger";
    call.fields = {{"Accept", "application/x-protobuf"}};
    const auto reply = client.Send(call);
    v1::LedgerStatus status;
    if (reply && reply->status == 200 && status.ParseFromString(reply->body)) {
      const auto id = base::DigestFromHex(status.ledger_id());
      if (id) return *id;
    }
    error = base::Unavailable(node + " gives no /v1/ledger" +
                              (reply ? "" : ": " + reply.error().message));
  }
  return error;
}

base::Status RegisterBatches(const load::Workload& workload, load::Nodes& nodes,
                             const Arguments& arguments, load::Journal& journal) {
  load::RequestSource requests(workload.Registrations());
  TRY(const load::Measurement registered,
      load::Run(requests, nodes, arguments.courier, journal, {.connections = kRegistering}));
  const load::Counts& counts = registered.counts;
  if (counts.undecided > 0) return base::Unavailable("no node took the batches");
  if (counts.refused > 0 && counts.refusal != kBatchExists) {
    return base::FailedPrecondition("the batches are refused: " + counts.refusal_text);
  }
  return base::Ok();
}

base::Result<load::Measurement> Measure(const Arguments& arguments) {
  TRY(std::vector<load::Author> authors, ReadAuthors(arguments));
  load::WorkloadOptions options;
  TRY(options.ledger_id, LedgerId(arguments));
  options.lot = arguments.lot;
  options.batches = arguments.batches;
  options.operations = arguments.operations;
  options.per_request = arguments.per_request;
  const load::Workload workload(std::move(authors), options);
  load::Nodes nodes(arguments.nodes);
  auto journal = load::MakeNoJournal();
  if (!arguments.journal.empty()) {
    TRY(journal, load::OpenJournal(arguments.journal));
  }
  TRY_STATUS(RegisterBatches(workload, nodes, arguments, *journal));

  const auto in_time = [&](double rate) {
    return static_cast<std::uint64_t>(std::ceil(rate * arguments.seconds));
  };
  std::uint64_t entries = arguments.entries;
  std::uint64_t ahead = entries;
  if (arguments.seconds > 0) {
    const bool open_loop = arguments.rate > 0;
    entries = open_loop ? in_time(arguments.rate) : std::numeric_limits<std::uint64_t>::max();
    ahead = open_loop ? entries : in_time(kSignedAheadPerSecond);
  }
  load::RequestSource requests(workload, entries);
  requests.SignAhead(arguments.ahead > 0 ? arguments.ahead : ahead, kSignedAheadBytesMax);
  const double openssl_rate =
      arguments.yardstick_s > 0 ? load::OpenSslVerifyRate(arguments.yardstick_s) : 0;
  std::cerr << "sogoc-load: sending\n";
  TRY(load::Measurement measurement,
      load::Run(
          requests, nodes, arguments.courier, *journal,
          {arguments.connections, arguments.rate / arguments.per_request, arguments.seconds}));
  measurement.operations = arguments.operations;
  measurement.openssl_rate = openssl_rate;
  measurement.cores = std::max(1U, std::thread::hardware_concurrency());
  return measurement;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(kDescription, "sogoc-load");
  AddOptions(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  arguments.courier.timeout = std::chrono::seconds(arguments.timeout_s);
  arguments.courier.give_up = std::chrono::seconds(arguments.give_up_s);

  const auto measurement = Measure(arguments);
  if (!measurement) {
    std::cerr << "sogoc-load: " << measurement.error().message << "\n";
    return 2;
  }
  const load::Summary summary = load::Summarise(*measurement);
  std::cout << (arguments.json ? ToJson(*measurement, summary) : ToText(*measurement, summary));
  const load::Counts& counts = measurement->counts;
  if (counts.refused > 0) std::cerr << "refused: " << counts.refusal_text << "\n";
  return counts.refused == 0 && counts.undecided == 0 ? 0 : 1;
}
