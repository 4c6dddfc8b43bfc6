// sogoc-load: how many entries a second a node takes, beside what OpenSSL verifies here.

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "crypto/key_file.h"
#include "crypto/passphrase.h"
#include "crypto/random.h"
#include "node/base/time.h"
#include "node/ledger/entry.h"
#include "proto/api.pb.h"
#include "tools/http/http_client.h"

namespace {

using namespace sogoc;
using Clock = std::chrono::steady_clock;

struct Arguments {
  std::string node = "http://127.0.0.1:8080";
  std::string key;
  std::string passphrase_file;
  std::string author;
  std::string gtin;
  std::string lot;
  std::string location;
  unsigned entries = 20'000;
  unsigned per_request = 100;
  unsigned operations = 1;
  unsigned connections = 4;
  bool json = false;
};

struct Totals {
  std::uint64_t committed = 0;
  std::uint64_t refused = 0;
  std::uint64_t retried = 0;  // requests that were answered 503
  double seconds = 0;
  std::vector<double> latency_ms;  // of requests
};

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

base::Result<base::Digest> LedgerId(const Arguments& arguments) {
  TRY(tools::HttpClient client, tools::HttpClient::Create(arguments.node));
  tools::HttpCall call;
  call.target = "/v1/ledger";
  call.fields = {{"Accept", "application/x-protobuf"}};
  TRY(const tools::HttpReply reply, client.Send(call));
  v1::LedgerStatus status;
  if (!status.ParseFromString(reply.body)) return base::Unavailable("the node gives no /v1/ledger");
  const auto id = base::DigestFromHex(status.ledger_id());
  if (!id) return base::Unavailable("the node names no ledger");
  return *id;
}

// Stage events on one batch of the author's: the cheapest operation that writes state.
base::Bytes MakeEntry(const Arguments& arguments, const base::Digest& ledger_id,
                      const crypto::P256PrivateKey& key, std::uint64_t now_s) {
  v1::EntryBody body;
  body.set_ledger_id(base::ToText(ledger_id));
  body.set_author(arguments.author);
  body.set_nonce(base::ToText(crypto::RandomBytes(16)));
  body.set_not_after(now_s + 3'600);
  for (unsigned i = 0; i < arguments.operations; ++i) {
    v1::RecordStageEvent* event = body.add_operations()->mutable_record_stage_event();
    event->set_gtin(arguments.gtin);
    event->set_lot(arguments.lot);
    event->set_stage(v1::PROCESSING);
    event->set_location(arguments.location);
    event->set_time(now_s - 60);
  }
  return ledger::SignEntry(body, key);
}

// Requests are made and signed before the clock starts, so that only the node is measured.
std::vector<std::string> MakeRequests(const Arguments& arguments, const base::Digest& ledger_id,
                                      const crypto::P256PrivateKey& key) {
  const std::uint64_t now_s = base::SystemClock().Now() / base::kNsPerSecond;
  std::vector<std::string> requests;
  for (unsigned made = 0; made < arguments.entries;) {
    v1::SubmitRequest request;
    for (unsigned i = 0; i < arguments.per_request && made < arguments.entries; ++i, ++made) {
      request.add_entries(base::ToText(MakeEntry(arguments, ledger_id, key, now_s)));
    }
    requests.push_back(request.SerializeAsString());
  }
  return requests;
}

base::Status SendAll(const Arguments& arguments, const std::vector<std::string>& requests,
                     std::atomic<std::size_t>& next, Totals& totals) {
  TRY(tools::HttpClient client, tools::HttpClient::Create(arguments.node));
  for (std::size_t i = next++; i < requests.size(); i = next++) {
    tools::HttpCall call{"POST",
                         "/v1/entries",
                         "application/x-protobuf",
                         requests[i],
                         {{"Accept", "application/x-protobuf"}}};
    while (true) {
      const auto start = Clock::now();
      TRY(const tools::HttpReply reply, client.Send(call));
      if (reply.status == 503) {
        ++totals.retried;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        continue;
      }
      totals.latency_ms.push_back(Seconds(Clock::now() - start) * 1'000);
      v1::SubmitResponse response;
      if (reply.status != 200 || !response.ParseFromString(reply.body)) {
        return base::Unavailable("HTTP " + std::to_string(reply.status) + ": " + reply.body);
      }
      for (const v1::EntryResult& result : response.results()) {
        ++(result.has_committed() ? totals.committed : totals.refused);
        if (result.has_refused() && totals.refused == 1) {
          std::cerr << "refused: " << result.refused().en() << "\n";
        }
      }
      break;
    }
  }
  return base::Ok();
}

base::Result<Totals> Run(const Arguments& arguments, const std::vector<std::string>& requests) {
  std::atomic<std::size_t> next = 0;
  std::vector<Totals> parts(arguments.connections);
  std::vector<base::Status> statuses(arguments.connections);
  std::vector<std::thread> threads;
  const auto start = Clock::now();
  for (unsigned i = 0; i < arguments.connections; ++i) {
    threads.emplace_back([&, i] { statuses[i] = SendAll(arguments, requests, next, parts[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  Totals totals;
  totals.seconds = Seconds(Clock::now() - start);
  for (unsigned i = 0; i < arguments.connections; ++i) {
    TRY_STATUS(statuses[i]);
    totals.committed += parts[i].committed;
    totals.refused += parts[i].refused;
    totals.retried += parts[i].retried;
    totals.latency_ms.insert(totals.latency_ms.end(), parts[i].latency_ms.begin(),
                             parts[i].latency_ms.end());
  }
  std::sort(totals.latency_ms.begin(), totals.latency_ms.end());
  return totals;
}

// OpenSSL's own rate on one core, with a key that is parsed once: the yardstick.
double OpenSslVerifyRate() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  const std::string message(400, 'x');
  std::vector<unsigned char> signature(128);
  std::size_t size = signature.size();
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const auto* data = reinterpret_cast<const unsigned char*>(message.data());
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context, signature.data(), &size, data, message.size());
  EVP_MD_CTX_free(context);
  int done = 0;
  const auto start = Clock::now();
  while (Seconds(Clock::now() - start) < 2) {
    for (int i = 0; i < 200; ++i, ++done) {
      EVP_MD_CTX* verify = EVP_MD_CTX_new();
      EVP_DigestVerifyInit(verify, nullptr, EVP_sha256(), nullptr, key);
      if (EVP_DigestVerify(verify, signature.data(), size, data, message.size()) != 1) std::abort();
      EVP_MD_CTX_free(verify);
    }
  }
  EVP_PKEY_free(key);
  return done / Seconds(Clock::now() - start);
}

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void Print(const Arguments& arguments, const Totals& totals, double openssl_rate) {
  const double rate = static_cast<double>(totals.committed) / totals.seconds;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const double share = rate / (openssl_rate * cores) * 100;
  const double p50 = Percentile(totals.latency_ms, 0.5);
  const double p99 = Percentile(totals.latency_ms, 0.99);
  if (arguments.json) {
    std::cout << "{\"committed\":" << totals.committed << ",\"refused\":" << totals.refused
              << ",\"seconds\":" << totals.seconds << ",\"entries_per_second\":" << rate
              << ",\"operations_per_second\":" << rate * arguments.operations
              << ",\"openssl_verify_per_second_per_core\":" << openssl_rate
              << ",\"cores\":" << cores << ",\"percent_of_openssl\":" << share
              << ",\"request_ms_p50\":" << p50 << ",\"request_ms_p99\":" << p99 << "}\n";
    return;
  }
  std::cout << "committed " << totals.committed << ", refused " << totals.refused << " in "
            << totals.seconds << " s; retried requests " << totals.retried << "\n"
            << "entries/s " << rate << ", operations/s " << rate * arguments.operations << "\n"
            << "request latency p50 " << p50 << " ms, p99 " << p99 << " ms\n"
            << "openssl P-256 verify/s per core " << openssl_rate << ", cores " << cores
            << " -> node at " << share << " %\n";
}

int Fail(const base::Error& error) {
  std::cerr << "sogoc-load: " << error.message << "\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(
      "Sends signed stage events to a node as fast as it takes them, and prints the rate beside "
      "OpenSSL's "
      "own verify rate on this machine.\n\nExample:\n"
      "  sogoc-load --key producer.key --passphrase-file pass --author htx-demo --gtin "
      "08930000000019 \\\n"
      "             --lot L1 --location CS1 --entries 50000 --per-request 100 --connections 8",
      "sogoc-load");
  app.add_option("--node", arguments.node, "gateway to send to")->capture_default_str();
  app.add_option("--key", arguments.key, "the author's key file")->required();
  app.add_option("--passphrase-file", arguments.passphrase_file, "its passphrase")->required();
  app.add_option("--author", arguments.author, "a producer")->required();
  app.add_option("--gtin", arguments.gtin, "a product of the author's")->required();
  app.add_option("--lot", arguments.lot, "a batch of that product")->required();
  app.add_option("--location", arguments.location, "a facility of the author's")->required();
  app.add_option("--entries", arguments.entries, "in all")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--per-request", arguments.per_request, "entries in one request")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  app.add_option("--operations", arguments.operations, "in one entry")
      ->capture_default_str()
      ->check(CLI::Range(1, 500));
  app.add_option("--connections", arguments.connections, "at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  app.add_flag("--json", arguments.json, "one JSON object");
  app.footer(
      "Exit codes: 0 all committed; 1 some were refused; 2 could not do it, or wrong usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  const auto passphrase = crypto::ReadPassphraseFile(arguments.passphrase_file);
  if (!passphrase) return Fail(passphrase.error());
  const auto key = crypto::ReadP256KeyFile(arguments.key, *passphrase);
  if (!key) return Fail(key.error());
  const auto ledger_id = LedgerId(arguments);
  if (!ledger_id) return Fail(ledger_id.error());
  const std::vector<std::string> requests = MakeRequests(arguments, *ledger_id, *key);
  const double openssl_rate = OpenSslVerifyRate();
  const auto totals = Run(arguments, requests);
  if (!totals) return Fail(totals.error());
  Print(arguments, *totals, openssl_rate);
  return totals->refused == 0 ? 0 : 1;
}
