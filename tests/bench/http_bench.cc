// Requests a second over loopback, with the client of the tools in the same process.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "node/gateway/http_server.h"
#include "tests/support/certificate.h"
#include "tools/http/http_client.h"

namespace {

using namespace sogoc;

struct Served {
  explicit Served(bool secure) {
    gateway::HttpServerConfig config;
    if (secure) {
      const support::Certificate identity = support::MakeCertificate("IP:127.0.0.1");
      config.tls = {identity.certificate, identity.private_key};
      options.ca_file = std::filesystem::temp_directory_path() / "http_bench_ca.pem";
      std::ofstream(options.ca_file) << identity.certificate;
    }
    gateway::Router router;
    router.Get("/v1/things/{id}", [](const gateway::Request&) {
      return gateway::Response{200, "application/json", std::string(1000, 'x'), {}};
    });
    router.Post("/v1/things", 100'000, [](const gateway::Request& request) {
      return gateway::Response{200, "text/plain", std::to_string(request.body.size()), {}};
    });
    server = gateway::HttpServer::Start(std::move(config), std::move(router)).value();
    url =
        (secure ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(server->port());
  }

  tools::HttpClientOptions options;
  std::string url;
  std::unique_ptr<gateway::HttpServer> server;
};

const Served& ServedOver(bool secure) {
  static const Served plain(false);
  static const Served tls(true);
  return secure ? tls : plain;
}

void BM_Get(benchmark::State& state) {
  const Served& served = ServedOver(state.range(0) != 0);
  tools::HttpClient client = tools::HttpClient::Create(served.url, served.options).value();
  for (auto unused : state) {
    const auto reply = client.Get("/v1/things/42");
    if (!reply || reply->status != 200) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Get)->ArgName("tls")->Arg(0)->Arg(1)->ThreadRange(1, 16)->UseRealTime();

void BM_Post10Kb(benchmark::State& state) {
  const Served& served = ServedOver(state.range(0) != 0);
  tools::HttpClient client = tools::HttpClient::Create(served.url, served.options).value();
  const std::string body(10'000, 'x');
  for (auto unused : state) {
    const auto reply = client.Post("/v1/things", "application/octet-stream", body);
    if (!reply || reply->status != 200) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Post10Kb)->ArgName("tls")->Arg(0)->Arg(1)->Threads(4)->UseRealTime();

void BM_Connect(benchmark::State& state) {
  const Served& served = ServedOver(state.range(0) != 0);
  for (auto unused : state) {
    tools::HttpClient client = tools::HttpClient::Create(served.url, served.options).value();
    if (!client.Get("/v1/things/42")) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Connect)->ArgName("tls")->Arg(0)->Arg(1)->Threads(4)->UseRealTime();

}  // namespace
