#pragma once

// A directory of a test's own, removed with all that is in it when the test ends.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace sogoc::support {

class TempDirectory {
 public:
  enum class Place {
    kDisk,
    kMemory,  // for tests that open a store hundreds of times; on disk where there is no /dev/shm
  };

  explicit TempDirectory(Place place = Place::kDisk) {
    const bool in_memory = place == Place::kMemory && std::filesystem::exists("/dev/shm");
    std::string path = (in_memory ? "/dev/shm/" : testing::TempDir()) + "sogoc.XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "cannot create " << path;
    path_ = path;
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace sogoc::support
