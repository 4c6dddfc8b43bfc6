#pragma once

// The definition of the state tree, word for word and slow, to compare the real one with.

#include <map>

#include "crypto/state_tree.h"

namespace sogoc::support {

using StateMap = std::map<base::Digest, base::Digest>;  // key hash to value hash

base::Digest ReferenceStateRoot(const StateMap& map);
crypto::StateProof ReferenceStateProof(const StateMap& map, const base::Digest& key_hash);

}  // namespace sogoc::support
