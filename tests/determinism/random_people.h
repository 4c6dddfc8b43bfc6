#pragma once

// People who do all that can be done on a ledger, at random, and remember enough of it to be right
// most of the time.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/test_ledger.h"

namespace sogoc::determinism {

// SplitMix64: the same numbers from the same seed on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // In [0, end). Requires: end > 0.
  std::uint64_t Below(std::uint64_t end) { return Next() % end; }
  bool Once(std::uint64_t in) { return Below(in) == 0; }
  template <class T>
  T& Pick(std::vector<T>& from) {
    return from[Below(from.size())];
  }

 private:
  std::uint64_t state_;
};

// An entry to be, and what is remembered once it is accepted.
struct Draft {
  std::string author;
  std::string key;
  std::vector<v1::Operation> operations;
  std::function<void()> accepted = [] {};
};

class RandomPeople {
 public:
  // `ledger` must outlive this; it is read, and drafts are signed with it.
  RandomPeople(support::TestLedger& ledger, std::uint64_t seed);

  // What somebody does next.
  Draft Next();
  Dice& dice() { return dice_; }

 private:
  struct Producer {
    std::string id;
    std::vector<std::string> keys;  // the first one manages keys
    bool profile = false;
    int facilities = 0;
  };
  struct Score {
    std::string gtin, council, session;
    std::uint32_t star;
  };
  struct Batch {
    std::string owner, gtin, lot;
  };
  struct Run {
    std::string owner, gtin, printer;
    std::uint64_t first, count;
    bool scratch;
  };
  struct Recall {
    std::string gtin, number;
  };
  struct Proposal {
    std::string id;
    std::vector<std::string> approvals;
  };
  using Maker = std::optional<Draft> (RandomPeople::*)();

  // Governance, organisations, reference data (random_offices.cc)
  std::optional<Draft> Propose();
  std::optional<Draft> Approve();
  std::optional<Draft> FoundAgain();
  std::optional<Draft> Admit();
  std::optional<Draft> AddKey();
  std::optional<Draft> EndKey();
  std::optional<Draft> ReplaceKeys();
  std::optional<Draft> GrantRole();
  std::optional<Draft> RevokeRole();
  std::optional<Draft> NameSuccessor();
  std::optional<Draft> RecordUnits();
  std::optional<Draft> RecordResolver();
  std::optional<Draft> GiveCode();
  std::optional<Draft> Score();
  std::optional<Draft> Certify();
  std::optional<Draft> RevokeCertificate();
  // Producers, printers, inspectors (random_producers.cc)
  std::optional<Draft> RegisterProducer();
  std::optional<Draft> RegisterFacility();
  std::optional<Draft> RegisterProduct();
  std::optional<Draft> RegisterBatch();
  std::optional<Draft> StageEvents();
  std::optional<Draft> OfferInput();
  std::optional<Draft> Authorise();
  std::optional<Draft> SetKeys();
  std::optional<Draft> Print();
  std::optional<Draft> Activate();
  std::optional<Draft> Except();
  std::optional<Draft> OpenRecall();
  std::optional<Draft> CloseRecall();

  base::Date Today() const { return base::DateAt(ledger_.now()); }
  std::string Number(const char* before) { return before + std::to_string(++counter_); }
  Producer* SomeProducer(bool with_profile);
  // By that organisation with its own key; for a producer any of its keys.
  Draft By(const std::string& author, std::vector<v1::Operation> operations);
  template <class Record>
  std::optional<Record> Read(const ledger::StateKey& key) const {
    return ledger_.memory().Read<Record>(key);
  }
  // Now and then, one of the others: what is refused for who says it.
  std::string Perhaps(const std::string& right, const char* wrong) {
    return dice_.Once(25) ? wrong : right;
  }
  std::uint64_t Perhaps(std::uint64_t right, std::uint64_t wrong) {
    return dice_.Once(25) ? wrong : right;
  }

  support::TestLedger& ledger_;
  Dice dice_;
  std::uint64_t counter_ = 0;
  std::vector<Producer> producers_;
  std::vector<std::string> bodies_;  // committees without keys
  std::vector<support::op::AdminUnit> communes_;
  std::vector<std::pair<std::string, std::string>> codes_;  // organisation, GTIN; not registered
  std::vector<std::pair<std::string, std::string>> products_;
  std::vector<struct Score> scores_;
  std::vector<Batch> batches_;
  std::vector<Run> runs_;
  std::vector<Recall> recalls_;
  std::vector<Proposal> proposals_;
};

}  // namespace sogoc::determinism
