#include "node/ledger/rules/rules.h"

namespace sogoc::ledger::rules {

Outcome ApplyOperation(const v1::Operation& op, OperationContext& ctx) {
  switch (op.kind_case()) {
    case v1::Operation::kFound:
    case v1::Operation::KIND_NOT_SET:
      return Refuse(RefusalCode::kFoundingOnly);
    case v1::Operation::kPropose:
      return Apply(op.propose(), ctx);
    case v1::Operation::kApprove:
      return Apply(op.approve(), ctx);
    case v1::Operation::kAdmitOrganisation:
      return Apply(op.admit_organisation(), ctx);
    case v1::Operation::kAddKey:
      return Apply(op.add_key(), ctx);
    case v1::Operation::kRetireKey:
      return Apply(op.retire_key(), ctx);
    case v1::Operation::kRevokeKey:
      return Apply(op.revoke_key(), ctx);
    case v1::Operation::kReplaceLostKeys:
      return Apply(op.replace_lost_keys(), ctx);
    case v1::Operation::kGrantRole:
      return Apply(op.grant_role(), ctx);
    case v1::Operation::kRevokeRole:
      return Apply(op.revoke_role(), ctx);
    case v1::Operation::kNameSuccessor:
      return Apply(op.name_successor(), ctx);
    case v1::Operation::kRecordAdminUnits:
      return Apply(op.record_admin_units(), ctx);
    case v1::Operation::kRecordResolver:
      return Apply(op.record_resolver(), ctx);
    case v1::Operation::kRegisterProducer:
      return Apply(op.register_producer(), ctx);
    case v1::Operation::kRegisterFacility:
      return Apply(op.register_facility(), ctx);
    case v1::Operation::kGrantPrefix:
      return Apply(op.grant_prefix(), ctx);
    case v1::Operation::kAllocateCode:
      return Apply(op.allocate_code(), ctx);
    case v1::Operation::kRegisterProduct:
      return Apply(op.register_product(), ctx);
    case v1::Operation::kScoreProduct:
      return Apply(op.score_product(), ctx);
    case v1::Operation::kRecordDecision:
      return Apply(op.record_decision(), ctx);
    case v1::Operation::kIssueCertificate:
      return Apply(op.issue_certificate(), ctx);
    case v1::Operation::kRevokeCertificate:
      return Apply(op.revoke_certificate(), ctx);
    case v1::Operation::kRegisterBatch:
      return Apply(op.register_batch(), ctx);
    case v1::Operation::kRecordStageEvent:
      return Apply(op.record_stage_event(), ctx);
    case v1::Operation::kOfferInput:
      return Apply(op.offer_input(), ctx);
    case v1::Operation::kAuthoriseLabels:
      return Apply(op.authorise_labels(), ctx);
    case v1::Operation::kSetRunKeys:
      return Apply(op.set_run_keys(), ctx);
    case v1::Operation::kConfirmPrint:
      return Apply(op.confirm_print(), ctx);
    case v1::Operation::kActivateLabels:
      return Apply(op.activate_labels(), ctx);
    case v1::Operation::kRecordExceptions:
      return Apply(op.record_exceptions(), ctx);
    case v1::Operation::kOpenRecall:
      return Apply(op.open_recall(), ctx);
    case v1::Operation::kCloseRecall:
      return Apply(op.close_recall(), ctx);
  }
  return Refuse(RefusalCode::kFoundingOnly);
}

}  // namespace sogoc::ledger::rules
