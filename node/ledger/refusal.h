#pragma once

// What the author of a refused entry is told. Numbers and names are stable; sentences may be
// improved. Refusals are answers, never hashed (docs/refusals.md lists them).

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "node/ledger/rule.h"

namespace sogoc::ledger {

enum class RefusalCode : std::uint16_t {
  // 1xx: the envelope
  kOtherLedger = 101,
  kExpired = 102,
  kTooFarAhead = 103,
  kUnknownKey = 104,
  kNotAuthorsKey = 105,
  kKeyNotActive = 106,
  kBadSignature = 107,
  kRoleMissing = 108,
  kBadText = 110,
  kBadDigest = 111,
  kBadDate = 112,
  kBadNumber = 113,
  kFoundingOnly = 114,
  kListTooLong = 115,
  kFutureDate = 116,
  // 2xx: organisations, keys, roles
  kOrganisationExists = 201,
  kUnknownOrganisation = 202,
  kBadOrganisationId = 203,
  kKeyTaken = 204,
  kBadKey = 205,
  kBadPossession = 206,
  kKeyMayNotManage = 207,
  kLastManagingKey = 208,
  kNotYourKey = 209,
  kNotAdmittingOffice = 210,
  kRoleHeld = 211,
  kRoleNotHeld = 212,
  kRoleNotForKind = 213,
  kSuccessorNamed = 214,
  kKeysByProposal = 215,
  // 3xx: governance
  kNotApprover = 301,
  kUnknownProposal = 302,
  kAlreadyApproved = 303,
  kProposalApplied = 304,
  kBadChange = 305,
  // 4xx: reference data
  kUnknownAdminUnit = 401,
  kAdminUnitOverlap = 402,
  kOutsideScope = 403,
  kBadHost = 404,
  kUnknownVocabulary = 405,
  kUnknownGroup = 406,
  kNoRegime = 407,
  // 5xx: producers and products
  kProducerExists = 501,
  kUnknownProducer = 502,
  kFacilityExists = 503,
  kUnknownFacility = 504,
  kPrefixTaken = 505,
  kCodeTaken = 506,
  kNotOfficePrefix = 507,
  kBadCheckDigit = 508,
  kGtinNotYours = 509,
  kProductExists = 510,
  kUnknownProduct = 511,
  kNotYourProduct = 512,
  kBadPrefix = 513,
  // 6xx: grading
  kScoreExists = 601,
  kPartTooHigh = 602,
  kUnknownScore = 603,
  kStarNotBand = 604,
  kMandatoryFailed = 605,
  kScoreMissing = 606,
  kDecisionExists = 607,
  kUnknownDecision = 608,
  kNotIssuer = 609,
  kLevelMayNotGrant = 610,
  kCommuneOutside = 611,
  kCertificateExists = 612,
  kUnknownCertificate = 613,
  kWrongValidity = 614,
  kCertificateOverlap = 615,
  kWrongPrevious = 616,
  kWrongChange = 617,
  kLevelMayNotRevoke = 618,
  kCertificateRevoked = 619,
  // 7xx: batches
  kBatchExists = 701,
  kUnknownBatch = 702,
  kNotYourBatch = 703,
  kExpiryBeforeProduction = 704,
  kInputYounger = 705,
  kInputsNotAscending = 706,
  kInputOverdrawn = 707,
  kInputNotOffered = 708,
  kTooManyAncestors = 709,
  kInputLabelled = 710,
  kEventInFuture = 711,
  kUnknownLocation = 712,
  kBadLot = 713,
  // 8xx: labels
  kWrongFirstSerial = 801,
  kBeyondBatch = 802,
  kCertificateNotInForce = 803,
  kStarDiffers = 804,
  kNotThisProduct = 805,
  kUnknownRun = 806,
  kKeysSet = 807,
  kKeysMissing = 808,
  kNotRunPrinter = 809,
  kBeyondRun = 810,
  kNotRising = 811,
  kNotPrinted = 812,
  kBeyondPrinted = 813,
  kBatchTooManyRuns = 814,
  kSerialOutsideRun = 815,
  kSerialExcepted = 816,
  kExceptionNotYours = 817,
  kScratchMismatch = 818,
  // 9xx: recalls
  kRecallExists = 901,
  kUnknownRecall = 902,
  kRecallNotYours = 903,
};

struct RefusalInfo {
  RefusalCode code;
  Rule rule;         // which it protects
  const char* name;  // "beyond_batch"
  const char* vi;    // {0}, {1} … stand for the arguments
  const char* en;
};

struct Refusal {
  RefusalCode code = RefusalCode::kBadText;
  std::vector<std::string> arguments;

  const RefusalInfo& info() const;
  std::string vi() const;
  std::string en() const;
};

// All of them, ascending by number.
std::span<const RefusalInfo> AllRefusals();

// 9500 as "9.500", the way Vietnamese groups thousands.
std::string Grouped(std::uint64_t number);

}  // namespace sogoc::ledger
