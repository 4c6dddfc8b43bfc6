#pragma once

#include <cstddef>
#include <functional>

namespace sogoc::tools {

// Calls work(0) to work(count - 1), each once, from as many threads as the machine has cores, and
// returns when all are done. `work` must not throw.
void ForEachInParallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace sogoc::tools
