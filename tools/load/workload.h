#pragma once

// What a run sends: entries that record stage events, and the batches that these are about.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crypto/p256.h"
#include "node/base/bytes.h"

namespace sogoc::load {

struct Author {
  std::string organisation;
  crypto::P256PrivateKey key;
  std::string gtin;      // a product of the organisation's
  std::string location;  // a facility of the organisation's
};

struct WorkloadOptions {
  base::Digest ledger_id{};
  std::string lot = {};       // the batch of every author's; with `batches`, LOT-1 to LOT-N
  std::uint64_t batches = 0;  // of each author; 0: `lot` alone
  unsigned operations = 1;    // in one entry
  unsigned per_request = 1;   // entries in one request
};

struct Request {
  std::uint64_t number = 0;
  unsigned entries = 0;
  std::string body;  // a v1.SubmitRequest
};

// Thread-safe.
class Workload {
 public:
  // Requires: an author.
  Workload(std::vector<Author> authors, WorkloadOptions options);

  const WorkloadOptions& options() const { return options_; }
  // Requests that register the batches, in whole groups: a group is refused as one where it was
  // registered before.
  std::vector<Request> Registrations() const;
  // Entries of one author; authors take turns, and operations go through an author's batches in
  // turn, so that those of one entry touch as many batches as there are.
  Request Make(std::uint64_t number, unsigned entries) const;

 private:
  std::string Lot(std::uint64_t batch) const;

  const std::vector<Author> authors_;
  const WorkloadOptions options_;
};

// Requests in the order of their numbers: first those that were signed ahead, then such as are
// signed when they are asked for.
class RequestSource {
 public:
  // `entries` in all; the last request may have fewer than the others. `workload` must outlive it.
  RequestSource(const Workload& workload, std::uint64_t entries);
  // These requests and no more.
  explicit RequestSource(std::vector<Request> requests);

  // Signs requests on all cores, until they have so many entries or bytes. Once, before Next().
  void SignAhead(std::uint64_t entries, std::size_t bytes_max);
  // Thread-safe. nullopt after the last one.
  std::optional<Request> Next();
  // Entries that were signed while their connection waited.
  std::uint64_t signed_late() const { return signed_late_; }

 private:
  unsigned EntriesOf(std::uint64_t number) const;

  const Workload* workload_;
  const std::uint64_t entries_;
  std::vector<Request> ahead_;
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<std::uint64_t> signed_late_ = 0;
};

}  // namespace sogoc::load
