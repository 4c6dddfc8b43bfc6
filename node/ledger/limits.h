#pragma once

// Sizes that rules version 1 allows. Each is a refusal or a malformed entry, never a truncation.

#include <cstddef>
#include <cstdint>

#include "node/base/time.h"

namespace sogoc::ledger {

inline constexpr std::size_t kLeafBytesMax = 60'000;
inline constexpr std::size_t kSignedEntryBytesMax = kLeafBytesMax - 1;
inline constexpr std::size_t kOperationsMax = 1'000;
inline constexpr std::size_t kNonceBytesMin = 8;
inline constexpr std::size_t kNonceBytesMax = 32;
inline constexpr std::uint64_t kEntryWindowSeconds = 30 * 86'400;  // not_after - record time

inline constexpr std::size_t kNameBytesMax = 200;
inline constexpr std::size_t kTextBytesMax = 1'000;
inline constexpr std::size_t kCodeBytesMax =
    64;  // numbers of decisions, certificates, facilities …
inline constexpr std::size_t kOrganisationIdBytesMax = 40;

inline constexpr std::size_t kKeysPerOrganisationMax = 64;
inline constexpr std::size_t kGrantsPerOrganisationMax = 64;
inline constexpr std::size_t kCertificatesPerProductMax = 256;
inline constexpr std::size_t kInputsPerBatchMax = 256;
inline constexpr std::size_t kAncestorsMax = 4'096;
inline constexpr std::size_t kRunsPerBatchMax = 1'024;
inline constexpr std::uint64_t kLabelsPerRunMax = 10'000'000;
inline constexpr std::uint64_t kSerialMax = (1ULL << 62);
inline constexpr std::uint64_t kExceptionPageSerials = 4'096;
inline constexpr std::uint64_t kExceptionPagesPerOperationMax = 64;
inline constexpr std::size_t kOpenRecallsPerProductMax = 256;
inline constexpr std::size_t kAdminUnitVersionsMax = 64;
inline constexpr std::size_t kRegimesMax = 64;
inline constexpr std::size_t kGroupsMax = 256;
inline constexpr std::uint64_t kAmountMax = 1'000'000'000'000'000;  // g, ml or pieces

}  // namespace sogoc::ledger
