#pragma once

// Disk work of the links, away from their thread.

#include <functional>

namespace sogoc::peer {

// Runs `work` on another thread, one after the other in the order of the calls, and what it returns
// on the links' thread. Called on the links' thread.
using BlobWork = std::function<void(std::function<std::function<void()>()> work)>;

}  // namespace sogoc::peer
