#include "node/consensus/cometbft/abci_dispatch.h"

#include <utility>

namespace sogoc::cometbft {
namespace {

using Case = abci::Request::ValueCase;

// Puts what the application answers into the member that `mutable_member` names. An empty answer
// sets it too: a response without a member would end the engine.
template <class Answer>
base::Result<abci::Response> Respond(Answer* (abci::Response::*mutable_member)(),
                                     base::Result<Answer> answer) {
  if (!answer) return std::move(answer).error();
  abci::Response response;
  *(response.*mutable_member)() = std::move(*answer);
  return response;
}

}  // namespace

const std::string& RequestName(const abci::Request& request) {
  static const std::string kUnknown = "unknown request";
  const auto* member = abci::Request::descriptor()->FindFieldByNumber(request.value_case());
  return member == nullptr ? kUnknown : member->name();
}

bool IsConsensusRequest(const abci::Request& request) {
  switch (request.value_case()) {
    case Case::kInitChain:
    case Case::kPrepareProposal:
    case Case::kProcessProposal:
    case Case::kFinalizeBlock:
    case Case::kCommit:
      return true;
    default:
      return false;
  }
}

base::Result<abci::Response> AnswerRequest(Application& application, const abci::Request& request) {
  using R = abci::Response;
  R own;
  switch (request.value_case()) {
    case Case::kInfo:
      return Respond(&R::mutable_info, application.Info(request.info()));
    case Case::kCheckTx:
      return Respond(&R::mutable_check_tx, application.CheckTx(request.check_tx()));
    case Case::kQuery:
      return Respond(&R::mutable_query, application.Query(request.query()));
    case Case::kInitChain:
      return Respond(&R::mutable_init_chain, application.InitChain(request.init_chain()));
    case Case::kPrepareProposal:
      return Respond(&R::mutable_prepare_proposal,
                     application.PrepareProposal(request.prepare_proposal()));
    case Case::kProcessProposal:
      return Respond(&R::mutable_process_proposal,
                     application.ProcessProposal(request.process_proposal()));
    case Case::kFinalizeBlock:
      return Respond(&R::mutable_finalize_block,
                     application.FinalizeBlock(request.finalize_block()));
    case Case::kCommit:
      return Respond(&R::mutable_commit, application.Commit());
    case Case::kEcho:
      own.mutable_echo()->set_message(request.echo().message());
      return own;
    case Case::kFlush:
      own.mutable_flush();
      return own;
    case Case::kListSnapshots:
      own.mutable_list_snapshots();
      return own;
    case Case::kOfferSnapshot:
      own.mutable_offer_snapshot()->set_result(abci::ResponseOfferSnapshot::ABORT);
      return own;
    case Case::kLoadSnapshotChunk:
      own.mutable_load_snapshot_chunk();
      return own;
    case Case::kApplySnapshotChunk:
      own.mutable_apply_snapshot_chunk()->set_result(abci::ResponseApplySnapshotChunk::ABORT);
      return own;
    case Case::kExtendVote:
    case Case::kVerifyVoteExtension:
      return base::InvalidArgument("this ledger has no vote extensions");
    case Case::VALUE_NOT_SET:
      break;
  }
  return base::InvalidArgument("not one that ABCI 2.0 has");
}

}  // namespace sogoc::cometbft
