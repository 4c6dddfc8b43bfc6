#include "node/storage/rocks_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using Mode = RocksSettings::Mode;

Bytes KeyOf(std::uint64_t number) {
  Bytes key;
  base::AppendU64(key, number);
  return key;
}

std::map<std::string, std::string> ContentOf(const std::string& directory) {
  std::map<std::string, std::string> content;
  for (const auto& entry : fs::directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    content[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return content;
}

class Rocks : public testing::Test {
 protected:
  Result<std::unique_ptr<KeyValueStore>> Open(Mode mode) const {
    return OpenRocksStore({.path = path_, .mode = mode, .write_buffer_bytes = 64 << 10});
  }
  // Opens, writes the batches [begin, end), closes.
  void Append(Mode mode, std::uint64_t begin, std::uint64_t end) const {
    auto store = Open(mode);
    ASSERT_TRUE(store) << store.error().message;
    for (std::uint64_t number = begin; number < end; ++number) {
      WriteBatch batch;
      batch.Put(Space::kLeaves, KeyOf(number), KeyOf(number));
      ASSERT_TRUE((*store)->Write(batch));
    }
  }
  std::size_t Count(const KeyValueStore& store) const {
    auto cursor = store.NewCursor(Space::kLeaves);
    std::size_t count = 0;
    for (cursor->Seek({}); cursor->valid(); cursor->Next()) ++count;
    return count;
  }
  std::string NewestLog() const {
    std::string newest;
    for (const auto& entry : fs::directory_iterator(path_)) {
      if (entry.path().extension() == ".log") newest = std::max(newest, entry.path().string());
    }
    return newest;
  }

  support::TempDirectory directory_{support::TempDirectory::Place::kMemory};
  std::string path_ = directory_ / "store";
};

TEST_F(Rocks, WhatWasWrittenIsThereAfterReopening) {
  Append(Mode::kCreate, 1, 10);
  Append(Mode::kReadWrite, 10, 20);
  const auto store = Open(Mode::kReadWrite);
  ASSERT_TRUE(store);
  EXPECT_EQ(Count(**store), 19U);
  EXPECT_TRUE((*store)->VerifyFiles([] { return true; }));
}

TEST_F(Rocks, ReadOnlyOpenReadsTheLogAndChangesNoByte) {
  Append(Mode::kCreate, 1, 10);
  Append(Mode::kReadWrite, 10, 20);
  const auto before = ContentOf(path_);
  {
    const auto store = Open(Mode::kReadOnly);
    ASSERT_TRUE(store);
    EXPECT_EQ(Count(**store), 19U);
  }
  EXPECT_EQ(ContentOf(path_), before);
}

TEST_F(Rocks, CreationNeverReplacesAStore) {
  Append(Mode::kCreate, 1, 10);
  EXPECT_EQ(Open(Mode::kCreate).error().code, ErrorCode::kFailedPrecondition);
  Append(Mode::kReadWrite, 10, 11);
}

TEST_F(Rocks, MissingStoreIsNotFoundAndNotCreated) {
  for (const Mode mode : {Mode::kReadOnly, Mode::kReadWrite}) {
    EXPECT_EQ(Open(mode).error().code, ErrorCode::kNotFound);
    EXPECT_FALSE(fs::exists(path_));
  }
}

TEST_F(Rocks, TornTailOfTheLogIsDropped) {
  Append(Mode::kCreate, 1, 10);
  fs::resize_file(NewestLog(), fs::file_size(NewestLog()) - 3);
  const auto store = Open(Mode::kReadWrite);
  ASSERT_TRUE(store);
  EXPECT_EQ(Count(**store), 8U);
}

TEST_F(Rocks, LogThatDoesNotContinueTheTablesIsRefused) {
  Append(Mode::kCreate, 1, 10);
  const std::string first_log = NewestLog();
  fs::copy(path_, directory_ / "old");
  Append(Mode::kReadWrite, 10, 20);  // opening turned the first log into tables
  const std::string second_log = NewestLog();
  ASSERT_NE(first_log, second_log);

  // As after a manifest that lost its tail: the old tables, the new log, and nothing in between.
  fs::copy(second_log, directory_ / "old");
  fs::remove(directory_ / "old/" + fs::path(first_log).filename().string());
  fs::remove_all(path_);
  fs::rename(directory_ / "old", path_);
  for (const Mode mode : {Mode::kReadOnly, Mode::kReadWrite}) {
    const auto store = Open(mode);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(store.error().message.find("batch 10"), std::string::npos) << store.error().message;
  }
}

// One flipped bit in the type byte of a record, kFull to kRecyclableFull, makes RocksDB take it for
// the end of that log without a complaint, and go on with the next log.
TEST_F(Rocks, BatchMissingInTheMiddleOfTheLogIsRefused) {
  Append(Mode::kCreate, 1, 10);
  const std::string first_log = fs::path(NewestLog()).filename();
  fs::copy(path_, directory_ / "old");
  Append(Mode::kReadWrite, 10, 20);
  fs::copy(NewestLog(), directory_ / "old");
  fs::remove_all(path_);
  fs::rename(directory_ / "old", path_);
  ASSERT_TRUE(Open(Mode::kReadOnly));  // two whole logs are in order

  std::string log = ContentOf(path_)[first_log];
  std::size_t last = 0;  // record: checksum 4, little-endian length 2, type 1, payload
  for (std::size_t at = 0; at < log.size(); at += 7 + static_cast<std::uint8_t>(log[at + 4])) {
    ASSERT_EQ(log[at + 5], 0);
    ASSERT_EQ(log[at + 6], 1);
    last = at;
  }
  log[last + 6] ^= 4;
  std::ofstream(path_ + "/" + first_log, std::ios::binary) << log;
  const auto store = Open(Mode::kReadOnly);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(store.error().message.find("follows batch 8"), std::string::npos)
      << store.error().message;
}

TEST_F(Rocks, FlippedBitInATableIsFoundByVerifyFiles) {
  Append(Mode::kCreate, 1, 100);
  Append(Mode::kReadWrite, 100, 101);
  std::string table;
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (entry.path().extension() == ".sst") table = entry.path();
  }
  const auto store = Open(Mode::kReadOnly);
  ASSERT_TRUE(store);
  {
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    char byte = 0;
    file.seekg(20).get(byte);
    file.seekp(20).put(static_cast<char>(byte ^ 1));
  }
  int asked = 0;
  const Status status = (*store)->VerifyFiles([&] { return ++asked > 0; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(status.error().message.find(table), std::string::npos) << status.error().message;
  EXPECT_GT(asked, 0);

  const Status stopped = (*store)->VerifyFiles([] { return false; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kUnavailable);

  fs::remove(table);
  const Status gone = (*store)->VerifyFiles([] { return true; });
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message.find(table), std::string::npos) << gone.error().message;
}

}  // namespace
}  // namespace sogoc::storage
