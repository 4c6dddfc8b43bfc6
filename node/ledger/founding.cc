#include <algorithm>

#include "node/ledger/block.h"
#include "node/ledger/limits.h"
#include "node/ledger/records.h"
#include "node/ledger/rules/checks.h"
#include "node/ledger/rules/governance.h"
#include "node/ledger/rules/organisations.h"
#include "node/ledger/rules/reference_data.h"

namespace sogoc::ledger {
namespace {

using rules::OperationContext;
using rules::Outcome;

constexpr base::TimeNs kFoundedAtMin = 1'577'836'800 * base::kNsPerSecond;  // 2020-01-01

class NothingBelow final : public StateView, public crypto::StateNodeReader {
 public:
  std::optional<base::Bytes> Get(base::ByteView) const override { return std::nullopt; }
  std::optional<Bytes> GetStateNode(ByteView) const override { return std::nullopt; }
};

base::Error Bad(const std::string& what) {
  return base::InvalidArgument("founding entry: " + what);
}

base::Status FromRule(const Outcome& outcome) {
  return outcome ? base::Status(Bad(outcome->en())) : base::Ok();
}
base::Status FromCheck(const std::optional<std::string>& problem) {
  return problem ? base::Status(Bad(*problem)) : base::Ok();
}

// Everything of the founding operation but what depends on ledger_id.
base::Status StoreAll(const v1::Found& found, OperationContext& ctx) {
  for (const v1::AdminUnit& unit : found.admin_units()) {
    TRY_STATUS(FromRule(rules::StoreAdminUnit(unit, ctx)));
  }
  for (const v1::AdmitOrganisation& organisation : found.organisations()) {
    TRY_STATUS(FromRule(rules::Admit(organisation, ctx)));
    TRY_STATUS(FromRule(rules::CheckUnitKnown(ctx, organisation.admin_unit())));
  }
  for (const v1::GrantRole& grant : found.roles()) {
    TRY_STATUS(FromRule(rules::CheckUnit(ctx, grant.scope(), ctx.today())));
    TRY_STATUS(FromRule(rules::Grant(grant, ctx)));
  }
  TRY_STATUS(FromCheck(rules::CheckPeers(found.peers(), ctx.state)));
  TRY_STATUS(FromCheck(rules::CheckGovernance(found.governance(), ctx.state)));
  TRY_STATUS(FromCheck(rules::CheckParameters(found.parameters())));
  TRY_STATUS(FromCheck(rules::CheckRegimes(found.regimes())));
  const PeersRecord peers = rules::MakePeers(found.peers());
  ctx.state.Put(PeersKey(), peers);
  ctx.state.Put(PolicyKey(), rules::DefaultPolicy(peers, 1, 0));
  ctx.state.Put(GovernanceKey(), rules::MakeRecord(found.governance()));
  ctx.state.Put(ParametersKey(), rules::MakeRecord(found.parameters()));
  ctx.state.Put(RegimesKey(), rules::MakeRecord(found.regimes()));
  if (found.vocabularies().empty()) return Bad("a ledger needs a product-group vocabulary");
  for (const v1::Vocabulary& vocabulary : found.vocabularies()) {
    TRY_STATUS(FromCheck(rules::CheckVocabulary(vocabulary)));
    if (ctx.state.Get(VocabularyKey(vocabulary.version()))) return Bad("vocabulary given twice");
    ctx.state.Put(VocabularyKey(vocabulary.version()), rules::MakeRecord(vocabulary));
  }
  return base::Ok();
}

// Signed by a key that the entry itself gives to its author.
base::Status CheckSignature(const Entry& entry, const StateView& state) {
  const auto key = Load<KeyRecord>(state, KeyKey(entry.key_id));
  if (!key || key->organisation != entry.body.author()) {
    return Bad("the signing key is not one that it gives to its author");
  }
  if (!VerifyEntry(entry, key->public_key)) return Bad("the signature is wrong");
  return base::Ok();
}

base::Status CheckOffice(const v1::Found& found) {
  const bool office = std::any_of(found.roles().begin(), found.roles().end(),
                                  [](const v1::GrantRole& g) { return g.role() == v1::OFFICE; });
  return office ? base::Ok() : base::Status(Bad("no organisation has the role of the office"));
}

}  // namespace

base::Result<std::shared_ptr<const StagedBlock>> ExecuteFounding(const Entry& entry) {
  if (entry.body.operations_size() != 1 || !entry.body.operations(0).has_found()) {
    return Bad("not exactly one founding operation");
  }
  if (entry.body.ledger_id() != std::string(32, '\0')) return Bad("ledger_id must be zero");
  const v1::Found& found = entry.body.operations(0).found();
  if (!rules::IsSlug(found.name())) {
    return Bad("name must be 2 to 40 lower-case letters, digits and hyphens");
  }
  if (found.founded_at() < kFoundedAtMin) return Bad("founded_at is before 2020");
  TRY_STATUS(CheckOffice(found));

  const Bytes leaf = entry.Leaf();
  const NothingBelow nothing;
  StateOverlay state = StateOverlay::Over(nothing);
  LedgerRecord ledger;  // ledger_id zero: what possession of the founding keys is proved for
  const OrganisationRecord nobody;
  std::vector<Bytes> approved;
  OperationContext ctx{state,  entry, 0,  0,       found.founded_at(), 0, ledger,
                       nobody, true,  {}, approved};
  TRY_STATUS(StoreAll(found, ctx));
  TRY_STATUS(CheckSignature(entry, state));
  ledger.ledger_id = crypto::Sha256(leaf);
  ledger.origin = found.name() + "/" + base::ToHex(base::ByteView(ledger.ledger_id).first(8));
  for (const auto& organisation : found.organisations()) {
    ledger.founders.push_back(organisation.organisation());
  }
  state.Put(LedgerKey(), ledger);

  auto block = std::make_shared<StagedBlock>();
  block->entry_ids = {entry.id};
  block->state = state.TakeWrites();
  std::vector<crypto::StateChange> changes;
  for (const auto& [key, value] : block->state) {
    changes.push_back({crypto::Sha256(key), crypto::Sha256(value)});
  }
  block->tree = crypto::UpdateStateTree(nothing, std::nullopt, 0, changes);
  block->leaves.push_back(leaf);
  block->leaf_hashes.push_back(crypto::LogLeafHash(leaf));
  block->log.Append(block->leaf_hashes.back());
  Header& header = block->header;
  header.time = found.founded_at();
  header.entry_count = 1;
  header.log_root = block->log.Root();
  header.state_root = block->tree.root;
  block->leaves.push_back(EncodeHeaderLeaf(header));
  block->leaf_hashes.push_back(crypto::LogLeafHash(block->leaves.back()));
  block->log.Append(block->leaf_hashes.back());
  block->hash = block->leaf_hashes.back();
  return std::shared_ptr<const StagedBlock>(std::move(block));
}

}  // namespace sogoc::ledger
