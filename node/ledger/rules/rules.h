#pragma once

// One function an operation: checks it and writes its effects to ctx.state, or says why not. Writes
// of a refused operation are thrown away with its entry's overlay.

#include "node/ledger/rules/operation_context.h"

namespace sogoc::ledger::rules {

// organisations.cc
Outcome Apply(const v1::AdmitOrganisation& op, OperationContext& ctx);
Outcome Apply(const v1::AddKey& op, OperationContext& ctx);
Outcome Apply(const v1::RetireKey& op, OperationContext& ctx);
Outcome Apply(const v1::RevokeKey& op, OperationContext& ctx);
Outcome Apply(const v1::ReplaceLostKeys& op, OperationContext& ctx);
Outcome Apply(const v1::GrantRole& op, OperationContext& ctx);
Outcome Apply(const v1::RevokeRole& op, OperationContext& ctx);
Outcome Apply(const v1::NameSuccessor& op, OperationContext& ctx);

// governance.cc
Outcome Apply(const v1::Propose& op, OperationContext& ctx);
Outcome Apply(const v1::Approve& op, OperationContext& ctx);

// reference_data.cc
Outcome Apply(const v1::RecordAdminUnits& op, OperationContext& ctx);
Outcome Apply(const v1::RecordResolver& op, OperationContext& ctx);

// products.cc
Outcome Apply(const v1::RegisterProducer& op, OperationContext& ctx);
Outcome Apply(const v1::RegisterFacility& op, OperationContext& ctx);
Outcome Apply(const v1::GrantPrefix& op, OperationContext& ctx);
Outcome Apply(const v1::AllocateCode& op, OperationContext& ctx);
Outcome Apply(const v1::RegisterProduct& op, OperationContext& ctx);

// grading.cc
Outcome Apply(const v1::ScoreProduct& op, OperationContext& ctx);
Outcome Apply(const v1::RecordDecision& op, OperationContext& ctx);
Outcome Apply(const v1::IssueCertificate& op, OperationContext& ctx);
Outcome Apply(const v1::RevokeCertificate& op, OperationContext& ctx);

// batches.cc
Outcome Apply(const v1::RegisterBatch& op, OperationContext& ctx);
Outcome Apply(const v1::RecordStageEvent& op, OperationContext& ctx);
Outcome Apply(const v1::OfferInput& op, OperationContext& ctx);

// labels.cc
Outcome Apply(const v1::AuthoriseLabels& op, OperationContext& ctx);
Outcome Apply(const v1::SetRunKeys& op, OperationContext& ctx);
Outcome Apply(const v1::ConfirmPrint& op, OperationContext& ctx);
Outcome Apply(const v1::ActivateLabels& op, OperationContext& ctx);

// exceptions.cc
Outcome Apply(const v1::RecordExceptions& op, OperationContext& ctx);

// recalls.cc
Outcome Apply(const v1::OpenRecall& op, OperationContext& ctx);
Outcome Apply(const v1::CloseRecall& op, OperationContext& ctx);

// apply.cc: whichever of the above it is.
Outcome ApplyOperation(const v1::Operation& op, OperationContext& ctx);

}  // namespace sogoc::ledger::rules
