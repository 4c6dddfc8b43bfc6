#pragma once

// A disk that loses power. It sits under RocksDB and under our own files at once, performs every
// operation on real files below one directory without ever syncing them, and remembers what a sync
// would have made durable. At the chosen operation it leaves in that directory what a power cut may
// leave, and ends the process.
//
// Model: of the writes of a file since its last sync a prefix survives, the last of them torn, and
// now and then some of the surviving bytes are garbage or zero (not in RocksDB's manifest: there
// RocksDB refuses to open, which loses nothing but needs an operator). Names (creations, renames,
// removals) are journalled in order: a synced directory makes its last change and all earlier ones
// durable, of the later ones a prefix survives.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/storage/file_system.h"

namespace rocksdb {
class FileSystem;
}

namespace sogoc::support {

inline constexpr int kPowerCutExitCode = 99;

class PowerCutDisk {
 public:
  struct Plan {
    std::uint64_t cut_at = 0;  // the operation, counted from 1, that no longer happens; 0: none
    std::uint64_t seed = 0;    // decides what survives
    // Of files and directories whose syncs report success and do nothing.
    std::function<bool(const std::string& path)> lies_about = nullptr;
    std::uint64_t fail_at = 0;  // the operation that fails; 0: none
  };

  // `root` must exist; removed files are kept in `root`.morgue.
  PowerCutDisk(std::string root, const Plan& plan);

  storage::FileSystem& files() { return *files_; }
  std::shared_ptr<rocksdb::FileSystem> rocks_files() { return rocks_files_; }

  // For the two adapters; thread-safe. Each is one operation: `perform` does it and says how it
  // went, `failure` is the answer if it is to fail.
  template <class Outcome, class Perform>
  Outcome Write(const std::string& path, std::uint64_t offset, std::size_t size, Outcome failure,
                Perform perform) {
    const std::lock_guard lock(mutex_);
    if (!CountOperation()) return failure;
    RememberWrite(path, offset, size);
    return perform();
  }
  template <class Outcome, class Perform>
  Outcome Create(const std::string& path, Outcome failure, Perform perform) {
    const std::lock_guard lock(mutex_);
    if (!CountOperation()) return failure;
    RememberCreation(path);
    return perform();
  }
  // False if they are to fail.
  bool Sync(const std::string& path);
  bool SyncDirectory(const std::string& path);
  bool Rename(const std::string& from, const std::string& to);
  bool Remove(const std::string& path);

 private:
  struct UnsyncedWrite {
    std::uint64_t offset;
    std::size_t size;
    base::Bytes old_bytes;
    std::uint64_t old_file_size;
    bool doomed = false;  // a sync of it failed
  };
  struct NameChange {
    std::string directory;
    std::string from;      // where the thing was; empty for a creation
    std::string to;        // where it is now
    std::string replaced;  // where the thing is that was there before; empty if none was
  };

  bool CountOperation();
  bool LiesAbout(const std::string& path) const {
    return plan_.lies_about && plan_.lies_about(path);
  }
  void RememberWrite(const std::string& path, std::uint64_t offset, std::size_t size);
  void RememberCreation(const std::string& path);
  void Move(const std::string& from, const std::string& to);
  std::string Bury(const std::string& path);
  [[noreturn]] void Cut();
  void CutFile(const std::string& path, std::vector<UnsyncedWrite>& writes);
  void Garble(const std::string& path, const UnsyncedWrite& write);
  std::uint64_t Below(std::uint64_t end) { return random_() % end; }

  const std::string root_;
  const Plan plan_;
  std::mt19937_64 random_;
  std::mutex mutex_;
  std::uint64_t operations_ = 0;
  std::uint64_t graves_ = 0;
  std::map<std::string, std::vector<UnsyncedWrite>> unsynced_;  // by present path
  std::vector<NameChange> changes_;
  std::size_t durable_changes_ = 0;
  std::shared_ptr<storage::FileSystem> files_;
  std::shared_ptr<rocksdb::FileSystem> rocks_files_;
};

}  // namespace sogoc::support
