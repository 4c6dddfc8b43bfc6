// What offices, committees and councils do.

#include "node/ledger/gs1.h"
#include "node/ledger/records.h"
#include "tests/determinism/random_people.h"

namespace sogoc::determinism {

namespace op = support::op;

std::optional<Draft> RandomPeople::Propose() {
  v1::Change change;
  switch (dice_.Below(6)) {
    case 0:
      change.set_rules_version(2);
      break;
    case 1: {
      *change.mutable_parameters() = support::FoundMessage({}).parameters();
      change.mutable_parameters()->set_scan_count_max(static_cast<std::uint32_t>(dice_.Below(100)));
      break;
    }
    case 2:
      *change.mutable_vocabulary() = support::GroupsOf2023();
      change.mutable_vocabulary()->set_version(static_cast<std::uint32_t>(2 + dice_.Below(50)));
      break;
    case 3:
      *change.mutable_regimes() = support::Regimes();
      break;
    case 4:
      for (std::uint64_t i = 1, count = 1 + dice_.Below(4); i <= count; ++i) {
        *change.mutable_peers()->add_peers() = support::PeerMessage(static_cast<int>(i));
      }
      break;
    default:
      for (const char* id : {"bo-nnmt", "ubnd-hatinh", "vp-hatinh"}) {
        change.mutable_governance()->add_approvers(id);
      }
      change.mutable_governance()->set_threshold(static_cast<std::uint32_t>(1 + dice_.Below(3)));
  }
  const std::string author = Perhaps("vp-hatinh", "htx-cam");
  return By(author, {op::Propose{change, Number("Đề nghị ")}});
}

std::optional<Draft> RandomPeople::Approve() {
  // Proposals are found on the ledger: a proposal's id is known once its entry is signed.
  std::vector<std::string> open;
  for (const auto& [key, value] : ledger_.memory().values()) {
    if (key[0] != static_cast<std::uint8_t>(ledger::StateType::kProposal)) continue;
    const auto proposal = ledger::DecodeRecord<ledger::ProposalRecord>(value);
    if (!proposal->applied) open.push_back(base::ToText(base::ByteView(key).subspan(1)));
  }
  if (open.empty()) return std::nullopt;
  const std::string author = dice_.Once(2) ? "bo-nnmt" : "ubnd-hatinh";
  return By(author, {op::Approve{dice_.Pick(open)}});
}

std::optional<Draft> RandomPeople::FoundAgain() {
  if (!dice_.Once(10)) return std::nullopt;
  v1::Operation found;
  found.mutable_found()->set_name("lan-nua");
  return By("vp-hatinh", {found});
}

std::optional<Draft> RandomPeople::Admit() {
  if (dice_.Once(3)) {
    const std::string id = Number("ubnd-");
    Draft draft = By(
        "vp-hatinh",
        {op::AdmitOrganisation{
            .organisation = id, .name = "UBND " + id, .kind = v1::COMMITTEE, .admin_unit = "449"}});
    draft.accepted = [this, id] { bodies_.push_back(id); };
    return draft;
  }
  const std::string id = dice_.Once(20) ? "htx-cam" : Number("htx-");
  Draft draft = By("vp-hatinh", {op::AdmitOrganisation{.organisation = id,
                                                       .name = "Hợp tác xã " + id,
                                                       .keys = {ledger_.NewKey(id, id, true)}},
                                 op::GrantRole{.organisation = id}});
  draft.accepted = [this, id] { producers_.push_back({id, {id}}); };
  return draft;
}

std::optional<Draft> RandomPeople::AddKey() {
  Producer& producer = dice_.Pick(producers_);
  const std::string id = producer.id;
  const std::string key = Number("khoa-");
  Draft draft = By(id, {op::AddKey{ledger_.NewKey(Perhaps(id, "ai-do"), key)}});
  if (!dice_.Once(10)) draft.key = producer.keys.front();
  draft.accepted = [this, id, key] {
    for (Producer& each : producers_) {
      if (each.id == id) each.keys.push_back(key);
    }
  };
  return draft;
}

std::optional<Draft> RandomPeople::EndKey() {
  Producer& producer = dice_.Pick(producers_);
  const std::string id = producer.id;
  const std::string key = producer.keys.back();
  if (producer.keys.size() == 1 && !dice_.Once(10)) return std::nullopt;
  Draft draft = By(id, {});
  draft.key = producer.keys.front();
  if (dice_.Once(2)) {
    draft.operations = {op::RetireKey{key}};
  } else if (producer.keys.size() > 1) {
    draft.operations = {op::RevokeKey{key, ledger_.now_seconds() - dice_.Below(100'000)}};
  } else {
    return std::nullopt;
  }
  draft.accepted = [this, id, key] {
    for (Producer& each : producers_) {
      if (each.id == id) std::erase(each.keys, key);
    }
  };
  return draft;
}

std::optional<Draft> RandomPeople::ReplaceKeys() {
  const std::string id = dice_.Pick(producers_).id;
  const std::string key = Number("khoa-");
  Draft draft = By(Perhaps("vp-hatinh", "vp-tuyenquang"),
                   {op::ReplaceLostKeys{id, ledger_.NewKey(id, key, true),
                                        ledger_.now_seconds() - dice_.Below(100'000)}});
  draft.accepted = [this, id, key] {
    for (Producer& each : producers_) {
      if (each.id == id) each.keys = {key};
    }
  };
  return draft;
}

std::optional<Draft> RandomPeople::GrantRole() {
  const std::string id = dice_.Pick(producers_).id;
  const auto from = Today();
  return By(Perhaps("vp-hatinh", "vp-tuyenquang"),
            {op::GrantRole{.organisation = id,
                           .role = dice_.Once(10) ? v1::DECIDE : v1::PRINT,
                           .valid_from = from,
                           .valid_to = base::AddMonths(from, 1)}});
}

std::optional<Draft> RandomPeople::RevokeRole() {
  return By("vp-hatinh",
            {op::RevokeRole{.organisation = dice_.Pick(producers_).id, .role = v1::PRINT}});
}

std::optional<Draft> RandomPeople::NameSuccessor() {
  if (bodies_.empty()) return std::nullopt;
  return By("vp-hatinh", {op::NameSuccessor{dice_.Pick(bodies_), Perhaps("ubnd-hatinh", "hd-tw")}});
}

std::optional<Draft> RandomPeople::RecordUnits() {
  if (communes_.empty() || dice_.Once(2)) {
    const op::AdminUnit unit{.code = Number("9"),
                             .name = "Xã Mới",
                             .parent = Perhaps("42", "08"),
                             .valid_from = Today()};
    Draft draft = By("vp-hatinh", {op::RecordAdminUnits{{unit}}});
    draft.accepted = [this, unit] { communes_.push_back(unit); };
    return draft;
  }
  op::AdminUnit unit = dice_.Pick(communes_);
  unit.valid_to = base::AddMonths(Today(), 1);
  unit.successors = {"18196"};
  return By("vp-hatinh", {op::RecordAdminUnits{{unit}}});
}

std::optional<Draft> RandomPeople::RecordResolver() {
  const std::string host = Perhaps(Number("qr") + ".example", "QR.example");
  return By("vp-hatinh", {op::RecordResolver{.host = host, .withdrawn = dice_.Once(3)}});
}

std::optional<Draft> RandomPeople::GiveCode() {
  const std::string id = dice_.Pick(producers_).id;
  std::string item = std::to_string(++counter_);
  item.insert(0, 5 - std::min<std::size_t>(5, item.size()), '0');
  std::string gtin;
  Draft draft;
  if (dice_.Once(4)) {
    const std::string prefix = "8935" + item;
    gtin = "0" + prefix + "000";
    draft = By("vp-hatinh", {op::GrantPrefix{id, prefix}});
  } else {
    gtin = "0" + std::string(support::kHatinhPrefix) + item;
    draft = By("vp-hatinh", {});
  }
  gtin += ledger::Gs1CheckDigit(gtin);
  if (draft.operations.empty()) {
    std::string given = gtin;
    if (dice_.Once(20))
      given.back() = given.back() == '9' ? '0' : static_cast<char>(given.back() + 1);
    draft.operations = {op::AllocateCode{id, given}};
  }
  draft.accepted = [this, id, gtin] { codes_.emplace_back(id, gtin); };
  return draft;
}

std::optional<Draft> RandomPeople::Score() {
  const std::string gtin = dice_.Pick(products_).second;
  const auto part = [this](std::uint32_t max) {
    return static_cast<std::uint32_t>(max / 2 + dice_.Below(max / 2 + 1));
  };
  op::ScoreProduct score{.gtin = gtin,
                         .session = Number("dot-"),
                         .date = Today(),
                         .part_a = part(4'000),
                         .part_b = part(2'500),
                         .part_c = part(3'500),
                         .mandatory_failed = dice_.Once(20)};
  const std::uint32_t total = score.part_a + score.part_b + score.part_c;
  const std::uint32_t star = total >= 9'000 ? 5 : total >= 7'000 ? 4 : 3;
  const std::string council = star == 5 ? "hd-tw" : "hd-hatinh";
  Draft draft = By(Perhaps(council, "hd-tuyenquang"), {score});
  draft.accepted = [this, gtin, council, score, star] {
    scores_.push_back({gtin, council, score.session, star});
  };
  return draft;
}

std::optional<Draft> RandomPeople::Certify() {
  if (scores_.empty()) return std::nullopt;
  const struct Score score = dice_.Pick(scores_);
  op::IssueCertificate issue{.certificate = Number("GCN-"),
                             .gtin = score.gtin,
                             .star = score.star,
                             .score = op::ScoreRef{score.council, score.session}};
  issue.decision = {score.star == 5 ? "bo-nnmt" : "ubnd-hatinh", Today(), Number("QĐ-")};
  if (dice_.Once(10)) issue.star = static_cast<std::uint32_t>(3 + dice_.Below(3));
  const auto product = Read<ledger::ProductRecord>(ledger::ProductKey(score.gtin));
  if (!product->certificates.empty()) {
    const auto newest =
        *Read<ledger::CertificateRecord>(ledger::CertificateKey(product->certificates.back()));
    if (newest.status != ledger::CertificateStatus::kRevoked) {
      issue.previous = product->certificates.back();
      issue.change = issue.star > newest.star   ? v1::UPGRADE
                     : issue.star < newest.star ? v1::DOWNGRADE
                                                : v1::RENEW;
    }
  }
  return By(issue.decision.issuer, {op::RecordDecision{issue.decision}, issue});
}

std::optional<Draft> RandomPeople::RevokeCertificate() {
  const auto product =
      Read<ledger::ProductRecord>(ledger::ProductKey(dice_.Pick(products_).second));
  if (product->certificates.empty() || !dice_.Once(4)) return std::nullopt;
  const op::DecisionRef decision{Perhaps("bo-nnmt", "ubnd-tuyenquang"), Today(), Number("TH-")};
  return By(decision.issuer, {op::RecordDecision{decision},
                              op::RevokeCertificate{.certificate = product->certificates.back(),
                                                    .decision = decision}});
}

}  // namespace sogoc::determinism
