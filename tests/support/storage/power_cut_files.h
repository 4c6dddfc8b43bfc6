#pragma once

// The two faces of a PowerCutDisk.

#include <memory>

#include "tests/support/storage/power_cut_disk.h"

namespace sogoc::support {

// `disk` must outlive them.
std::shared_ptr<storage::FileSystem> MakePowerCutFiles(PowerCutDisk& disk);
std::shared_ptr<rocksdb::FileSystem> MakePowerCutRocksFiles(PowerCutDisk& disk);

}  // namespace sogoc::support
