#pragma once

// Records as the API shows them (proto/api.proto). Pure.

#include <optional>
#include <string>

#include "node/ledger/records.h"
#include "node/ledger/refusal.h"
#include "node/ledger/state_view.h"
#include "node/ledger/verdict.h"
#include "proto/api.pb.h"

namespace sogoc::gateway {

v1::FactView View(const ledger::Fact& fact);
v1::ProductView View(const std::string& gtin, const ledger::ProductRecord& product,
                     const std::optional<ledger::ProducerRecord>& producer);
v1::CertificateView View(const std::string& id, const ledger::CertificateRecord& certificate);
v1::LabelRunView View(const std::string& gtin, std::uint64_t first,
                      const ledger::LabelRunRecord& run);
v1::BatchView View(const std::string& gtin, const std::string& lot,
                   const ledger::BatchRecord& batch, const ledger::StateView& state);
// Without `ledger`: the caller knows what it asked.
v1::VerdictAnswer View(const ledger::Verdict& verdict);
v1::RefusedEntry View(const ledger::Refusal& refusal);

// What a verdict on a code that was issued does not prove; the others claim nothing of the kind.
extern const char* const kNotProvedVi;
extern const char* const kNotProvedEn;

}  // namespace sogoc::gateway
