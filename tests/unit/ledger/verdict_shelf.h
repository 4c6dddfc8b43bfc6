#pragma once

// Labels on a shelf, and what the ledger says about them.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "node/ledger/verdict.h"
#include "tests/support/scenario.h"

namespace sogoc::ledger {

// Holds the keys of a proof and fails the test for any other.
class EvidenceView final : public StateView {
 public:
  EvidenceView(const StateView& state, const std::vector<StateKey>& keys)
      : state_(state), keys_(keys.begin(), keys.end()) {}
  std::optional<base::Bytes> Get(base::ByteView key) const override {
    EXPECT_EQ(keys_.count(base::ToBytes(key)), 1U) << "read beside the evidence";
    read_.insert(base::ToBytes(key));
    return state_.Get(key);
  }
  bool AllWereRead() const { return read_ == keys_; }

 private:
  const StateView& state_;
  const std::set<StateKey> keys_;
  mutable std::set<StateKey> read_;
};

// What is asked about a stamp; the usual thing where left out.
struct Ask {
  std::uint64_t serial = 5;
  std::string gtin = support::kCam;
  std::string lot = "L1";
  std::string key = "stamp";
  std::string host = "ocop.hatinh.example";
  std::string query = "";                       // "17=260408": claims, put before the signature
  std::optional<base::Digest> signed_for = {};  // another ledger's id
  std::optional<std::uint8_t> printed_star = {};
  std::optional<ScanCounts> scans = {};
  bool quorum = true;
  base::TimeNs checkpoint_age = 0;
  base::TimeNs checkpoint_ahead = 0;
  base::TimeNs at = 0;  // the asker's clock; 0: the ledger's
};

inline bool Has(const Verdict& verdict, const std::string& note) {
  return std::any_of(verdict.notes.begin(), verdict.notes.end(),
                     [&](const VerdictNote& each) { return each.name == note; });
}

inline VerdictNote Note(const Verdict& verdict, const std::string& name) {
  for (const VerdictNote& note : verdict.notes) {
    if (note.name == name) return note;
  }
  ADD_FAILURE() << "no note " << name;
  return {};
}

// htx-cam's lot L1 with a run of 100 labels, four stars: all printed, 90 activated.
class Shelf : public support::Scenario {
 public:
  explicit Shelf(Date expiry = 20260408, std::uint64_t labels = 100) {
    namespace op = support::op;
    Certify();
    Accepts("htx-cam", op::RegisterBatch{.expiry_date = expiry});
    KeyedRun({.count = labels});
    Accepts("in-hatinh", op::ConfirmPrint{.printed = labels});
    Accepts("htx-cam", op::ActivateLabels{.activated = labels - 10});
  }

  std::string Uri(const Ask& ask) const {
    Stamp stamp{ask.host, ask.gtin, ask.lot, ask.serial, {}};
    stamp.signature = support::KeyOf(ask.key).Sign(
        crypto::SignatureKind::kStamp,
        StampMessage(ask.signed_for.value_or(ledger_id()), ask.gtin, ask.lot, ask.serial));
    std::string uri = FormatStampUri(stamp).value();
    if (!ask.query.empty()) uri.insert(uri.find('?') + 1, ask.query + "&");
    return uri;
  }

  Verdict Judge(const Ask& ask) const { return JudgeUri(Uri(ask), ask); }
  // The verdict; also from the evidence alone, which must be what is read and no more.
  Verdict JudgeUri(const std::string& uri, const Ask& ask = {}) const {
    const base::TimeNs at = ask.at != 0 ? ask.at : now();
    const StampQuestion question{uri, ask.printed_star};
    const StateStanding standing{at, ask.quorum, at - ask.checkpoint_age + ask.checkpoint_ahead};
    const auto rules = support::RulesUnderTest();
    Verdict verdict = JudgeStamp(question, memory(), standing, ask.scans, rules);
    const EvidenceView evidence(memory(), verdict.evidence);
    const Verdict again = JudgeStamp(question, evidence, standing, ask.scans, rules);
    EXPECT_TRUE(evidence.AllWereRead());
    EXPECT_EQ(std::set(verdict.evidence.begin(), verdict.evidence.end()).size(),
              verdict.evidence.size());
    EXPECT_EQ(Said(again), Said(verdict));
    EXPECT_EQ(again.evidence, verdict.evidence);
    return verdict;
  }
  VerdictCode CodeOf(const Ask& ask) const { return Judge(ask).code; }

 private:
  static std::vector<std::string> Said(const Verdict& verdict) {
    std::vector<std::string> said = {TextOf(verdict.code).name};
    for (const VerdictNote& note : verdict.notes) {
      EXPECT_FALSE(note.vi.empty() || note.en.empty()) << note.name;
      EXPECT_NE(note.vi, note.en);
      said.insert(said.end(), {TextOf(note.code).name, note.name, note.vi, note.en});
    }
    return said;
  }
};

// 08:00 in UTC+7.
inline base::TimeNs At(Date day) { return base::StartOf(day) + 8 * 3600 * base::kNsPerSecond; }

inline void Revoke(support::Scenario& s, const std::string& certificate,
                   support::op::DecisionRef decision = {.date = 20260109,
                                                        .number = "170/QĐ-UBND"}) {
  s.Accepts("ubnd-hatinh", support::op::RecordDecision{decision},
            support::op::RevokeCertificate{.certificate = certificate, .decision = decision});
}

// GCN-CAM-2, which follows GCN-CAM-1 on that day.
inline void Follow(support::Scenario& s, std::uint32_t star, v1::CertificateChange change,
                   Date day = 20260301) {
  constexpr std::uint32_t kPartC[] = {0, 0, 0, 1000, 2700, 3500};  // by star
  s.GoTo(day);
  s.Certify({.certificate = "GCN-CAM-2",
             .star = star,
             .decision = {.date = day, .number = "200/QĐ-UBND"},
             .change = change,
             .previous = change == v1::NEW ? "" : "GCN-CAM-1",
             .score = support::op::ScoreRef{.session = "dot-2-2026"}},
            {.part_c = kPartC[star]});
}

}  // namespace sogoc::ledger
