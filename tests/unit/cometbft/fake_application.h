#pragma once

// An application that notes its calls and answers at once, or when a gate lets it.

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "node/base/utf8.h"
#include "node/consensus/cometbft/application.h"
#include "tests/support/gate.h"

namespace sogoc::cometbft {

class FakeApplication final : public Application {
 public:
  support::Gate query_gate;
  support::Gate consensus_gate;
  // Of each transaction that PrepareProposal answers with, as many as it is given.
  std::size_t prepared_tx_bytes = 1;

  // Consensus calls, and what else a test notes, in order.
  std::vector<std::string> notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }
  void Note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(what);
  }
  // Whether two consensus calls were ever under way at once.
  bool overlapped() const { return overlapped_; }

  base::Result<abci::ResponseInfo> Info(const abci::RequestInfo& request) override {
    if (request.abci_version() != "2.0.0") {
      return base::FailedPrecondition("an engine of another \xFF version");
    }
    abci::ResponseInfo answer;
    answer.set_data("fake");
    return answer;
  }

  // Code 1 for a transaction that begins with "bad".
  base::Result<abci::ResponseCheckTx> CheckTx(const abci::RequestCheckTx& request) override {
    abci::ResponseCheckTx answer;
    answer.set_code(request.tx().starts_with("bad") ? 1 : 0);
    answer.set_data(request.tx());
    return answer;
  }

  base::Result<abci::ResponseQuery> Query(const abci::RequestQuery& request) override {
    query_gate.Pass();
    abci::ResponseQuery answer;
    answer.set_code(base::IsUtf8(request.path()) ? 0 : 1);
    answer.set_value(request.data());
    return answer;
  }

  base::Result<abci::ResponseInitChain> InitChain(const abci::RequestInitChain& request) override {
    const Call call(*this, "init_chain");
    if (request.chain_id() != "fake") return base::FailedPrecondition("another network");
    return abci::ResponseInitChain();
  }

  base::Result<abci::ResponsePrepareProposal> PrepareProposal(
      const abci::RequestPrepareProposal& request) override {
    const Call call(*this, "prepare_proposal");
    abci::ResponsePrepareProposal answer;
    for (std::string tx : request.txs()) {
      tx.resize(prepared_tx_bytes, 'p');
      answer.add_txs(tx);
    }
    return answer;
  }

  base::Result<abci::ResponseProcessProposal> ProcessProposal(
      const abci::RequestProcessProposal& request) override {
    const Call call(*this, "process_proposal");
    abci::ResponseProcessProposal answer;
    const bool good = request.txs_size() > 0;
    answer.set_status(good ? abci::ResponseProcessProposal::ACCEPT
                           : abci::ResponseProcessProposal::REJECT);
    return answer;
  }

  // The result of a transaction tells its size.
  base::Result<abci::ResponseFinalizeBlock> FinalizeBlock(
      const abci::RequestFinalizeBlock& request) override {
    const Call call(*this, "finalize_block " + std::to_string(request.height()));
    abci::ResponseFinalizeBlock answer;
    for (const std::string& tx : request.txs()) {
      answer.add_tx_results()->set_data(std::to_string(tx.size()));
    }
    answer.set_app_hash(std::string(32, 'a'));
    return answer;
  }

  base::Result<abci::ResponseCommit> Commit() override {
    const Call call(*this, "commit");
    return abci::ResponseCommit();
  }

 private:
  class Call {
   public:
    Call(FakeApplication& application, const std::string& name) : application_(application) {
      if (application_.calls_++ != 0) application_.overlapped_ = true;
      application_.Note(name);
      application_.consensus_gate.Pass();
    }
    ~Call() { --application_.calls_; }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    FakeApplication& application_;
  };

  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
  std::atomic<int> calls_ = 0;
  std::atomic<bool> overlapped_ = false;
};

}  // namespace sogoc::cometbft
