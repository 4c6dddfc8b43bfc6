#include "tools/load/workload.h"

#include <algorithm>
#include <thread>

#include "crypto/random.h"
#include "node/base/time.h"
#include "node/ledger/entry.h"
#include "proto/api.pb.h"

namespace sogoc::load {
namespace {

constexpr std::uint64_t kBatchesPerGroup = 100;
constexpr std::uint64_t kBatchAmount = 1'000'000;
constexpr std::uint64_t kLifeSeconds = 4 * 3'600;

std::uint64_t NowSeconds() { return base::SystemClock().Now() / base::kNsPerSecond; }

v1::EntryBody NewBody(const base::Digest& ledger_id, const Author& author) {
  v1::EntryBody body;
  body.set_ledger_id(base::ToText(ledger_id));
  body.set_author(author.organisation);
  body.set_nonce(base::ToText(crypto::RandomBytes(16)));
  body.set_not_after(NowSeconds() + kLifeSeconds);
  return body;
}

std::string Sign(const v1::EntryBody& body, const Author& author) {
  return base::ToText(ledger::SignEntry(body, author.key));
}

}  // namespace

Workload::Workload(std::vector<Author> authors, WorkloadOptions options)
    : authors_(std::move(authors)), options_(std::move(options)) {}

std::string Workload::Lot(std::uint64_t batch) const {
  return options_.batches == 0 ? options_.lot : options_.lot + "-" + std::to_string(batch + 1);
}

std::vector<Request> Workload::Registrations() const {
  std::vector<Request> requests;
  const base::Date today = base::DateAt(base::SystemClock().Now());
  for (const Author& author : authors_) {
    for (std::uint64_t batch = 0; batch < options_.batches;) {
      v1::EntryBody body = NewBody(options_.ledger_id, author);
      for (const std::uint64_t end = batch + kBatchesPerGroup; batch < end; ++batch) {
        v1::RegisterBatch* registered = body.add_operations()->mutable_register_batch();
        registered->set_gtin(author.gtin);
        registered->set_lot(Lot(batch));
        registered->set_amount(kBatchAmount);
        registered->set_unit(v1::GRAM);
        registered->set_production_date(today);
        registered->set_facility(author.location);
      }
      v1::SubmitRequest request;
      request.add_entries(Sign(body, author));
      requests.push_back({requests.size(), 1, request.SerializeAsString()});
    }
  }
  return requests;
}

Request Workload::Make(std::uint64_t number, unsigned entries) const {
  const Author& author = authors_[number % authors_.size()];
  std::uint64_t operation = number / authors_.size() * options_.per_request * options_.operations;
  v1::SubmitRequest request;
  for (unsigned i = 0; i < entries; ++i) {
    v1::EntryBody body = NewBody(options_.ledger_id, author);
    for (unsigned j = 0; j < options_.operations; ++j, ++operation) {
      // The cheapest operation that writes state.
      v1::RecordStageEvent* event = body.add_operations()->mutable_record_stage_event();
      event->set_gtin(author.gtin);
      event->set_lot(Lot(operation % std::max<std::uint64_t>(1, options_.batches)));
      event->set_stage(v1::PROCESSING);
      event->set_location(author.location);
      event->set_time(NowSeconds() - 60);
    }
    request.add_entries(Sign(body, author));
  }
  return {number, entries, request.SerializeAsString()};
}

RequestSource::RequestSource(const Workload& workload, std::uint64_t entries)
    : workload_(&workload), entries_(entries) {}

RequestSource::RequestSource(std::vector<Request> requests)
    : workload_(nullptr), entries_(0), ahead_(std::move(requests)) {}

unsigned RequestSource::EntriesOf(std::uint64_t number) const {
  const std::uint64_t each = workload_->options().per_request;
  if (number > entries_ / each) return 0;
  return static_cast<unsigned>(std::min(each, entries_ - number * each));
}

void RequestSource::SignAhead(std::uint64_t entries, std::size_t bytes_max) {
  const unsigned each = workload_->options().per_request;
  const std::uint64_t wanted = (std::min(entries, entries_) + each - 1) / each;
  const std::size_t bytes_each = workload_->Make(0, each).body.size();
  ahead_.resize(std::min<std::uint64_t>(wanted, bytes_max / bytes_each));
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> signers;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    signers.emplace_back([&] {
      for (std::size_t number = next++; number < ahead_.size(); number = next++) {
        ahead_[number] = workload_->Make(number, EntriesOf(number));
      }
    });
  }
}

std::optional<Request> RequestSource::Next() {
  const std::uint64_t number = next_++;
  if (number < ahead_.size()) return std::move(ahead_[number]);
  const unsigned entries = workload_ != nullptr ? EntriesOf(number) : 0;
  if (entries == 0) return std::nullopt;
  signed_late_ += entries;
  return workload_->Make(number, entries);
}

}  // namespace sogoc::load
