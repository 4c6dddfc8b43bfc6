#include "tests/support/engine/application_node.h"

namespace sogoc::support {
namespace {

std::vector<std::vector<std::string>> MakeTransactions() {
  EngineWorld world;  // signs and bundles
  const auto register_batch = [&](const char* lot) {
    return world.Sign("htx-cam", {op::RegisterBatch{.lot = lot}});
  };
  v1::Change peers;
  for (const int number : {1, 2, 4, 5}) *peers.mutable_peers()->add_peers() = PeerMessage(number);
  const std::string events = world.Bundle({world.Event(), world.Event("no such lot")});
  return {
      {world.Bundle(FirstEntries(world.ledger_id()))},
      {},
      {events, events, "garbage", world.Bundle({world.Event(), base::Bytes{1, 2, 3}})},
      {world.Bundle({world.Event("no such lot")})},
      {world.Bundle({world.Sign("vp-hatinh", {op::Propose{peers}}), world.Event()})},
      {events, world.Bundle({register_batch("L2")}), world.Bundle({world.Event("L2")})},
      {},
      {world.Bundle({register_batch("L3"), world.Event("L3")}), ""},
  };
}

}  // namespace

base::Result<std::unique_ptr<ApplicationNode>> ApplicationNode::Start(
    const storage::LedgerOptions& options, const std::string& address) {
  TRY(storage::OpenedLedger opened, storage::OpenLedger(options));
  std::unique_ptr<ApplicationNode> node(new ApplicationNode(std::move(opened)));
  TRY(node->server_, cometbft::AbciServer::Start(address, node->world_.application()));
  return node;
}

std::vector<abci::RequestFinalizeBlock> AllKindsOfBlocks(std::int64_t initial_height) {
  static const auto transactions = MakeTransactions();
  std::vector<abci::RequestFinalizeBlock> blocks;
  for (const std::vector<std::string>& txs : transactions) {
    blocks.push_back(BlockRequest(static_cast<std::uint64_t>(initial_height) + blocks.size(),
                                  GenesisTime(), txs));
  }
  return blocks;
}

}  // namespace sogoc::support
