#pragma once

// Form and records of the reference data, shared by founding, governance and operations.

#include "node/ledger/rules/operation_context.h"

namespace sogoc::ledger::rules {

// Opens or closes one admin unit. No authority is checked.
Outcome StoreAdminUnit(const v1::AdminUnit& unit, OperationContext& ctx);

// nullopt if fine, else what is wrong, in English.
std::optional<std::string> CheckRegimes(const v1::RegimeTable& table);
std::optional<std::string> CheckVocabulary(const v1::Vocabulary& vocabulary);
std::optional<std::string> CheckParameters(const v1::Parameters& parameters);

RegimesRecord MakeRecord(const v1::RegimeTable& table);
VocabularyRecord MakeRecord(const v1::Vocabulary& vocabulary);
ParametersRecord MakeRecord(const v1::Parameters& parameters);

}  // namespace sogoc::ledger::rules
