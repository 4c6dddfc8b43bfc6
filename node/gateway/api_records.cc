#include <charconv>

#include "node/gateway/api_common.h"
#include "node/gateway/views.h"

namespace sogoc::gateway {
namespace {

// Keys hold at most 255 bytes a field; nothing longer can be there.
bool TooLong(std::string_view text) { return text.size() > 255; }

Response NotFound(const char* what) {
  return Problem(404, std::string("There is no such ") + what);
}

Response ShowProduct(const ApiServices& services, const Request& request) {
  const std::string gtin(request.Capture("gtin"));
  const ReadPoint point = ReadAtCheckpoint(services);
  const auto product = ledger::Load<ledger::ProductRecord>(*point.state, ledger::ProductKey(gtin));
  if (!product) return NotFound("product");
  return Answer(request, View(gtin, *product,
                              ledger::Load<ledger::ProducerRecord>(
                                  *point.state, ledger::ProducerKey(product->producer))));
}

Response ShowCertificate(const ApiServices& services, const Request& request) {
  const std::string id(request.Capture("certificate"));
  const ReadPoint point = ReadAtCheckpoint(services);
  const auto certificate =
      ledger::Load<ledger::CertificateRecord>(*point.state, ledger::CertificateKey(id));
  if (!certificate) return NotFound("certificate");
  return Answer(request, View(id, *certificate));
}

Response ShowBatch(const ApiServices& services, const Request& request) {
  const std::string gtin(request.Capture("gtin"));
  const std::string lot(request.Capture("lot"));
  const ReadPoint point = ReadAtCheckpoint(services);
  const auto batch = ledger::Load<ledger::BatchRecord>(*point.state, ledger::BatchKey(gtin, lot));
  if (!batch) return NotFound("batch");
  return Answer(request, View(gtin, lot, *batch, *point.state));
}

Response ShowRun(const ApiServices& services, const Request& request) {
  const std::string gtin(request.Capture("gtin"));
  const std::string_view text = request.Capture("first");
  std::uint64_t first = 0;
  std::from_chars(text.data(), text.data() + text.size(), first);
  const ReadPoint point = ReadAtCheckpoint(services);
  const auto run =
      ledger::Load<ledger::LabelRunRecord>(*point.state, ledger::LabelRunKey(gtin, first));
  if (!run) return NotFound("label run");
  return Answer(request, View(gtin, first, *run));
}

}  // namespace

void AddRecordRoutes(const ApiServices& services, Router& router) {
  const auto add = [&](std::string_view pattern,
                       Response (*show)(const ApiServices&, const Request&)) {
    GetInBackground(services, router, pattern, [services, show](const Request& request) {
      for (const auto& [name, value] : request.captures) {
        if (TooLong(value)) return Problem(404, "No key is that long");
      }
      return show(services, request);
    });
  };
  add("/v1/products/{gtin}", ShowProduct);
  add("/v1/certificates/{certificate}", ShowCertificate);
  add("/v1/batches/{gtin}/{lot}", ShowBatch);
  add("/v1/label-runs/{gtin}/{first}", ShowRun);
}

}  // namespace sogoc::gateway
