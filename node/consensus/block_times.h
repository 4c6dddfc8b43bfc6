#pragma once

#include "node/base/durations.h"

namespace sogoc::consensus {

// Of blocks with submissions: executing them, and making the block durable.
struct BlockTimes {
  base::Durations execute;
  base::Durations commit;
};

}  // namespace sogoc::consensus
