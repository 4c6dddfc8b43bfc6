#pragma once

// What the records of the state say about themselves: their fields as types (for the tables of
// docs/format/state.md) and as JSON (for tests/vectors/state.json).

#include <boost/json/value.hpp>
#include <string>
#include <type_traits>

#include "node/ledger/records.h"

// Every record, in the order of docs/format/state.md.
// clang-format off
#define SOGOC_FOR_EACH_RECORD(X) \
  X(Fact) X(LedgerRecord) X(PeerRecord) X(PeersRecord) X(PolicyRecord) X(GovernanceRecord) \
  X(ParametersRecord) X(ProposalRecord) X(RoleGrant) X(OrganisationRecord) X(KeyRecord) \
  X(AdminUnitVersion) X(AdminUnitRecord) X(StarLevelRecord) X(RegimeRecord) X(RegimesRecord) \
  X(GroupRecord) X(VocabularyRecord) X(ResolverRecord) X(ResidenceRecord) X(ProducerRecord) \
  X(FacilityRecord) X(PrefixRecord) X(AllocatedCodeRecord) X(ProductRecord) \
  X(DecisionRefRecord) X(ScoreRecord) X(DecisionRecord) X(RevocationRecord) \
  X(CertificateRecord) X(BatchId) X(InputRecord) X(RunRange) X(BatchRecord) X(AncestorsRecord) \
  X(OfferRecord) X(LabelRunRecord) X(ExceptionRange) X(ExceptionsRecord) X(RecallRecord) \
  X(RecallsRecord)
// clang-format on

namespace sogoc::support {

template <class T>
inline constexpr const char* kRecordName = nullptr;
#define SOGOC_NAME_RECORD(name) \
  template <>                   \
  inline constexpr const char* kRecordName<ledger::name> = #name;
SOGOC_FOR_EACH_RECORD(SOGOC_NAME_RECORD)
#undef SOGOC_NAME_RECORD

// The name of a type in state.md: "u64", "list of Fact" …
template <class T>
struct TypeName {
  static std::string Get() {
    if constexpr (std::is_same_v<T, bool>) {
      return "bool";
    } else if constexpr (std::is_enum_v<T> || std::is_unsigned_v<T>) {
      return "u" + std::to_string(8 * sizeof(T));
    } else if constexpr (std::is_same_v<T, std::string>) {
      return "text";
    } else {
      return kRecordName<T>;
    }
  }
};
template <std::size_t N>
struct TypeName<std::array<std::uint8_t, N>> {
  static std::string Get() { return N == 32 ? "digest" : "point"; }
};
template <class T>
struct TypeName<std::optional<T>> {
  static std::string Get() { return "optional " + TypeName<T>::Get(); }
};
template <class T>
struct TypeName<std::vector<T>> {
  static std::string Get() {
    return std::is_same_v<T, std::uint8_t> ? "bytes" : "list of " + TypeName<T>::Get();
  }
};

// The types of a record's fields, in order.
template <class Record>
std::vector<std::string> FieldTypes() {
  std::vector<std::string> types;
  const auto visit = [&types](const auto&... fields) {
    (types.push_back(TypeName<std::remove_cvref_t<decltype(fields)>>::Get()), ...);
  };
  const Record record;
  Record::Fields(visit, record);
  return types;
}

// The values of a record's fields as a JSON array, in order: u64 as text, bytes in hexadecimal, no
// value as null, a record as an array of its own.
class StateJson {
 public:
  template <class Record>
  static boost::json::value Of(const Record& record) {
    boost::json::array out;
    const auto visit = [&out](const auto&... fields) { (out.push_back(Value(fields)), ...); };
    Record::Fields(visit, record);
    return out;
  }

 private:
  template <class T>
  static boost::json::value Value(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value;
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      return boost::json::string(std::to_string(value));
    } else if constexpr (std::is_enum_v<T> || std::is_unsigned_v<T>) {
      return static_cast<std::int64_t>(value);
    } else {
      return Of(value);
    }
  }
  static boost::json::value Value(const std::string& text) { return boost::json::string(text); }
  static boost::json::value Value(const base::Bytes& bytes) {
    return boost::json::string(base::ToHex(bytes));
  }
  template <std::size_t N>
  static boost::json::value Value(const std::array<std::uint8_t, N>& bytes) {
    return boost::json::string(base::ToHex(bytes));
  }
  template <class T>
  static boost::json::value Value(const std::optional<T>& value) {
    return value ? Value(*value) : boost::json::value(nullptr);
  }
  template <class T>
  static boost::json::value Value(const std::vector<T>& values) {
    boost::json::array out;
    for (const T& value : values) out.push_back(Value(value));
    return out;
  }
};

}  // namespace sogoc::support
