#include "node/consensus/cometbft/genesis_params.h"

namespace sogoc::cometbft {

abci::ConsensusParams GenesisParams() {
  abci::ConsensusParams params;
  params.mutable_block()->set_max_bytes(2 << 20);
  params.mutable_block()->set_max_gas(-1);
  params.mutable_evidence()->set_max_age_num_blocks(100'000);
  params.mutable_evidence()->mutable_max_age_duration()->set_seconds(2 * 86'400);
  params.mutable_evidence()->set_max_bytes(64 << 10);
  params.mutable_validator()->add_pub_key_types("ed25519");
  params.mutable_version()->set_app(kAppVersion);
  params.mutable_abci()->set_vote_extensions_enable_height(0);
  return params;
}

}  // namespace sogoc::cometbft
