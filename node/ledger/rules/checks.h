#pragma once

// Checks that several rules share.

#include <string>

#include "node/ledger/rules/operation_context.h"

namespace sogoc::ledger::rules {

// ---- Form

// 1 to `max` bytes (0 too if `optional`). That it is plain text, the canonical form has shown.
Outcome CheckText(const std::string& text, const char* field, std::size_t max,
                  bool optional = false);
// 32 bytes, or none if `optional`.
Outcome CheckDigest(const std::string& bytes, const char* field, bool optional = false);
// A day that exists; 0 too if `optional`.
Outcome CheckDate(std::uint32_t date, const char* field, bool optional = false);
// A day that exists and is not after the record day.
Outcome CheckPastDate(const OperationContext& ctx, std::uint32_t date, const char* field);
Outcome CheckAmount(std::uint64_t amount, const char* field);
// I21: a GTIN-14 / GLN with its check digit; a lot of 1 to 20 characters of the GS1 set.
Outcome CheckGtin(const OperationContext& ctx, const std::string& gtin);
Outcome CheckGln(const OperationContext& ctx, const std::string& gln, bool optional);
Outcome CheckLot(const OperationContext& ctx, const std::string& lot);

bool IsSlug(const std::string& text);  // 2 to 40 of a-z 0-9 -

// ---- Admin units (I24: names and borders as of a date)

// The version of the unit on that day.
std::optional<AdminUnitVersion> UnitAt(const StateView& state, const std::string& code, Date date);
// True if `outer` is `inner` or one of its parents on that day.
bool Contains(const StateView& state, const std::string& outer, const std::string& inner,
              Date date);
// True if `outer` is, on that day, the unit or contains it, or contains what became of it: of a
// unit that has ended, the successors that it names; if it names none, what its parent became. So a
// producer and the records of a former province do not fall out of everybody's authority.
bool Covers(const StateView& state, const std::string& outer, const std::string& unit, Date date);
// The unit exists on that day.
Outcome CheckUnit(const OperationContext& ctx, const std::string& code, Date date);
// The unit exists or existed.
Outcome CheckUnitKnown(const OperationContext& ctx, const std::string& code);
// Where the producer lived on that day: its first residence if the day is before all of them.
const std::string& CommuneAt(const ProducerRecord& producer, Date date);

// ---- Roles (I1)

const char* RoleText(int role);
// The author holds `role` today for a scope that covers `unit` (any scope if `unit` is empty).
Outcome CheckRole(const OperationContext& ctx, int role, const std::string& unit);
bool HoldsRole(const OperationContext& ctx, int role, const std::string& unit);

// ---- Products

// The product and its producer's profile.
struct ProductAndProducer {
  ProductRecord product;
  ProducerRecord producer;
};
Outcome LoadProduct(const OperationContext& ctx, const std::string& gtin, ProductAndProducer& out);

// Units of a batch that can be sold: (amount - drawn) / unit_content, whole ones.
std::uint64_t SellableUnits(const BatchRecord& batch);
// Labels that stand for a unit: authorised minus void.
std::uint64_t LabelsInUse(const BatchRecord& batch);

}  // namespace sogoc::ledger::rules
