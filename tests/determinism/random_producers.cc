// What producers, printers and inspectors do.

#include "node/ledger/records.h"
#include "tests/determinism/random_people.h"

namespace sogoc::determinism {

namespace op = support::op;

std::optional<Draft> RandomPeople::RegisterProducer() {
  Producer* producer = SomeProducer(/*with_profile=*/dice_.Once(20));
  if (producer == nullptr) return std::nullopt;
  const std::string id = producer->id;
  Draft draft = By(id, {op::RegisterProducer{.legal_name = id}, op::RegisterFacility{}});
  draft.accepted = [this, id] {
    for (Producer& each : producers_) {
      if (each.id == id) each.profile = true;
    }
  };
  return draft;
}

std::optional<Draft> RandomPeople::RegisterFacility() {
  Producer* producer = SomeProducer(/*with_profile=*/true);
  if (producer == nullptr) return std::nullopt;
  return By(producer->id,
            {op::RegisterFacility{.facility = Number("xuong-"),
                                  .kind = dice_.Once(2) ? v1::PLANT : v1::GROWING_AREA,
                                  .commune = Perhaps("18196", "439"),
                                  .gln = dice_.Once(2) ? support::kGln : "",
                                  .area_square_metres = dice_.Below(100'000)}});
}

std::optional<Draft> RandomPeople::RegisterProduct() {
  if (codes_.empty()) return std::nullopt;
  const auto [id, gtin] = dice_.Pick(codes_);
  Draft draft =
      By(Perhaps(id, "htx-cam"), {op::RegisterProduct{.gtin = gtin,
                                                      .name = Number("Sản phẩm "),
                                                      .group = Perhaps("do-uong", "thao-duoc"),
                                                      .standards = {"VietGAP"}}});
  draft.accepted = [this, product = std::pair(id, gtin)] {
    std::erase(codes_, product);
    products_.push_back(product);
  };
  return draft;
}

std::optional<Draft> RandomPeople::RegisterBatch() {
  const auto [owner, gtin] = dice_.Pick(products_);
  op::RegisterBatch batch{.gtin = gtin,
                          .lot = Number("L"),
                          .amount = Perhaps(1'000 * (1 + dice_.Below(5'000)), 0),
                          .production_date = Today(),
                          .expiry_date = base::AddMonths(Today(), 3)};
  for (std::uint64_t i = dice_.Below(3); i > 0 && !batches_.empty(); --i) {
    const Batch& input = dice_.Pick(batches_);
    if (input.owner != owner && !dice_.Once(3)) continue;
    batch.inputs.push_back({input.gtin, input.lot, 1 + dice_.Below(10'000)});
  }
  if (dice_.Once(10)) {
    batch.inputs.push_back({.lot = Number("X"), .ledger_id = support::Hash("another ledger")});
  }
  std::sort(batch.inputs.begin(), batch.inputs.end(), [](const op::Input& a, const op::Input& b) {
    return std::tie(a.ledger_id, a.gtin, a.lot) < std::tie(b.ledger_id, b.gtin, b.lot);
  });
  Draft draft = By(owner, {batch});
  draft.accepted = [this, made = Batch{owner, gtin, batch.lot}] { batches_.push_back(made); };
  return draft;
}

std::optional<Draft> RandomPeople::StageEvents() {
  if (batches_.empty()) return std::nullopt;
  const Batch& batch = dice_.Pick(batches_);
  std::vector<v1::Operation> events;
  for (std::uint64_t i = 1 + dice_.Below(5); i > 0; --i) {
    events.push_back(op::RecordStageEvent{
        .gtin = batch.gtin,
        .lot = batch.lot,
        .stage = static_cast<v1::Stage>(1 + dice_.Below(7)),
        .location = Perhaps(dice_.Once(2) ? "xuong-1" : support::kGln, "xuong-0"),
        .time = ledger_.now_seconds() - dice_.Below(10'000),
        .note = "Công đoạn " + std::to_string(i)});
  }
  return By(batch.owner, std::move(events));
}

std::optional<Draft> RandomPeople::OfferInput() {
  if (batches_.empty()) return std::nullopt;
  const Batch& batch = dice_.Pick(batches_);
  return By(Perhaps(batch.owner, "ct-mam"), {op::OfferInput{.gtin = batch.gtin,
                                                            .lot = batch.lot,
                                                            .to = dice_.Pick(producers_).id,
                                                            .amount = 1 + dice_.Below(100'000)}});
}

std::optional<Draft> RandomPeople::Authorise() {
  if (batches_.empty()) return std::nullopt;
  const Batch& batch = dice_.Pick(batches_);
  const auto product = Read<ledger::ProductRecord>(ledger::ProductKey(batch.gtin));
  if (!product || product->certificates.empty()) return std::nullopt;
  const std::string& certificate = product->certificates.back();
  const auto record = Read<ledger::CertificateRecord>(ledger::CertificateKey(certificate));
  const Run run{batch.owner,
                batch.gtin,
                dice_.Once(5) ? batch.owner : "in-hatinh",
                Perhaps(product->next_serial, 1),
                1 + dice_.Below(1'000),
                dice_.Once(3)};
  Draft draft =
      By("vp-hatinh",
         {op::AuthoriseLabels{.gtin = batch.gtin,
                              .lot = batch.lot,
                              .certificate = certificate,
                              .first = run.first,
                              .count = run.count,
                              .star = static_cast<std::uint32_t>(Perhaps(record->star, 5)),
                              .scratch = run.scratch,
                              .printer = run.printer}});
  draft.accepted = [this, run] { runs_.push_back(run); };
  return draft;
}

std::optional<Draft> RandomPeople::SetKeys() {
  if (runs_.empty()) return std::nullopt;
  const Run& run = dice_.Pick(runs_);
  const auto record = Read<ledger::LabelRunRecord>(ledger::LabelRunKey(run.gtin, run.first));
  if (record && record->keyed && !dice_.Once(10)) return std::nullopt;
  return By(run.owner, {op::SetRunKeys{.gtin = run.gtin,
                                       .first = run.first,
                                       .stamp_key = Number("tem-"),
                                       .scratch_root = run.scratch ? support::Hash("gốc") : ""}});
}

std::optional<Draft> RandomPeople::Print() {
  if (runs_.empty()) return std::nullopt;
  const Run& run = dice_.Pick(runs_);
  const auto record = Read<ledger::LabelRunRecord>(ledger::LabelRunKey(run.gtin, run.first));
  if (!record || (!record->keyed && !dice_.Once(10))) return std::nullopt;
  if (record->printed == run.count && !dice_.Once(10)) return std::nullopt;
  const std::uint64_t printed =
      record->printed + 1 + dice_.Below(run.count - record->printed + 1 + run.count / 20);
  return By(Perhaps(run.printer, "in-hatinh"),
            {op::ConfirmPrint{.gtin = run.gtin, .first = run.first, .printed = printed}});
}

std::optional<Draft> RandomPeople::Activate() {
  if (runs_.empty()) return std::nullopt;
  const Run& run = dice_.Pick(runs_);
  const auto record = Read<ledger::LabelRunRecord>(ledger::LabelRunKey(run.gtin, run.first));
  if (!record || (record->printed == record->activated && !dice_.Once(10))) return std::nullopt;
  return By(run.owner, {op::ActivateLabels{
                           .gtin = run.gtin,
                           .first = run.first,
                           .activated = record->activated + 1 + dice_.Below(record->printed + 1)}});
}

std::optional<Draft> RandomPeople::Except() {
  if (runs_.empty()) return std::nullopt;
  const Run& run = dice_.Pick(runs_);
  const auto kind = static_cast<v1::ExceptionKind>(1 + dice_.Below(4));
  std::vector<op::SerialRange> ranges;
  for (std::uint64_t i = 1 + dice_.Below(3); i > 0; --i) {
    ranges.push_back({run.first + dice_.Below(run.count), 1 + dice_.Below(3)});
  }
  const std::string author = kind == v1::REVOKED ? "thanhtra-hatinh"
                             : dice_.Once(2)     ? run.owner
                                                 : run.printer;
  return By(Perhaps(author, "ct-mam"), {op::RecordExceptions{.gtin = run.gtin,
                                                             .first = run.first,
                                                             .kind = kind,
                                                             .ranges = ranges,
                                                             .reason = Number("BB-")}});
}

std::optional<Draft> RandomPeople::OpenRecall() {
  if (batches_.empty()) return std::nullopt;
  const Batch& batch = dice_.Pick(batches_);
  const Recall recall{batch.gtin, Number("TH-")};
  const std::string author = dice_.Once(3) ? batch.owner : "thanhtra-hatinh";
  Draft draft = By(author, {op::OpenRecall{.gtin = batch.gtin,
                                           .recall = recall.number,
                                           .lot = dice_.Once(5) ? "" : Perhaps(batch.lot, "L0"),
                                           .kind = dice_.Once(2) ? v1::RECALL : v1::HOLD}});
  draft.accepted = [this, recall] { recalls_.push_back(recall); };
  return draft;
}

std::optional<Draft> RandomPeople::CloseRecall() {
  if (recalls_.empty()) return std::nullopt;
  const Recall recall = dice_.Pick(recalls_);
  Draft draft = By(Perhaps("vp-hatinh", "htx-cam"),
                   {op::CloseRecall{.gtin = recall.gtin, .recall = recall.number}});
  draft.accepted = [this, recall] {
    std::erase_if(recalls_, [&](const Recall& r) { return r.number == recall.number; });
  };
  return draft;
}

}  // namespace sogoc::determinism
