#include "node/storage/tile_export.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "tests/support/json_file.h"
#include "tests/support/ledger_keys.h"
#include "tests/support/paths.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_log.h"
#include "tests/support/vectors.h"

namespace sogoc::storage {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// All files below a folder by their path in it.
std::map<std::string, std::string> FilesIn(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    if (each.is_regular_file()) {
      files[fs::relative(each.path(), folder).string()] = ReadText(each.path());
    }
  }
  return files;
}

class TileExport : public testing::Test {
 protected:
  static const support::TestLog& Log() {
    static const support::TestLog log = support::DecimalLog(70'000);
    return log;
  }

  LogSource Source(std::uint64_t size) {
    return {size,
            [](ledger::EntryIndex index) {
              return Result<Bytes>(base::ToBytes(base::AsBytes(std::to_string(index))));
            },
            Log().Reader(size)};
  }
  std::string Checkpoint(std::uint64_t size) {
    return crypto::FormatNote(
        crypto::SignCheckpoint({"log.example", size, Log().root(size)}, support::Ed25519Of("log")));
  }
  void Export(std::uint64_t size) {
    const Status status = ExportTiles(SystemFiles(), folder_, Source(size), Checkpoint(size));
    ASSERT_TRUE(status) << status.error().message;
  }

  const support::TempDirectory temporary_{support::TempDirectory::Place::kMemory};
  const std::string folder_ = temporary_ / "log";
};

TEST_F(TileExport, FilesAreThoseOfTheVectors) {
  const auto vectors = support::ReadJsonFile("tests/vectors/tiles.json");
  for (const auto& expected : vectors.at("logs").as_array()) {
    const std::uint64_t size = support::Number(expected.at("size"));
    SCOPED_TRACE(size);
    fs::remove_all(folder_);
    Export(size);
    const std::map<std::string, std::string> files = FilesIn(folder_);
    EXPECT_EQ(files.size(), support::Number(expected.at("file_count")) + 1);
    EXPECT_EQ(files.at("checkpoint"), Checkpoint(size));
    for (const auto& file : expected.at("files").as_array()) {
      const auto found = files.find(support::Text(file.at("path")));
      ASSERT_NE(found, files.end()) << file.at("path");
      EXPECT_EQ(found->second.size(), support::Number(file.at("size")));
      EXPECT_EQ(base::ToHex(crypto::Sha256(base::AsBytes(found->second))),
                support::Text(file.at("sha256")));
    }
  }
}

// Made by other software.
TEST_F(TileExport, FolderIsTheOneOfAnotherImplementation) {
  const fs::path expected = support::SourceDir() / "tests" / "vectors" / "log256";
  const std::string checkpoint = ReadText(expected / "checkpoint");
  ASSERT_TRUE(ExportTiles(SystemFiles(), folder_, Source(256), checkpoint));
  EXPECT_EQ(FilesIn(folder_), FilesIn(expected));
}

TEST_F(TileExport, AnEmptyLogIsACheckpoint) {
  Export(0);
  EXPECT_EQ(FilesIn(folder_).size(), 1U);
}

TEST_F(TileExport, GrowsInPlace) {
  Export(300);
  Export(600);
  const std::map<std::string, std::string> files = FilesIn(folder_);
  EXPECT_EQ(files.at("checkpoint"), Checkpoint(600));
  EXPECT_TRUE(files.contains("tile/entries/001.p/44"));
  EXPECT_TRUE(files.contains("tile/entries/001"));
  fs::remove_all(folder_);
  Export(600);
  for (const auto& [path, content] : FilesIn(folder_)) EXPECT_EQ(files.at(path), content) << path;
}

TEST_F(TileExport, RefusesACheckpointOfAnotherLog) {
  for (const std::string& checkpoint : {Checkpoint(299), Checkpoint(301), std::string("x")}) {
    const Status status = ExportTiles(SystemFiles(), folder_, Source(300), checkpoint);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, base::ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(TileExport, NoNewCheckpointWhenALeafCannotBeRead) {
  Export(300);
  LogSource source = Source(600);
  source.leaf = [inner = source.leaf](ledger::EntryIndex index) {
    return index == 599 ? Result<Bytes>(base::Corrupt("leaf 599")) : inner(index);
  };
  const Status status = ExportTiles(SystemFiles(), folder_, source, Checkpoint(600));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::ErrorCode::kCorrupt);
  EXPECT_EQ(ReadText(folder_ + "/checkpoint"), Checkpoint(300));
}

TEST_F(TileExport, TakesAFolderWithASlashAtItsEnd) {
  ASSERT_TRUE(ExportTiles(SystemFiles(), folder_ + "/", Source(3), Checkpoint(3)));
  EXPECT_EQ(FilesIn(folder_).size(), 3U);
}

}  // namespace
}  // namespace sogoc::storage
