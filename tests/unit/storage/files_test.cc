#include "node/storage/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <limits>

#include "tests/support/temp_directory.h"

namespace sogoc::storage {
namespace {

using base::ErrorCode;
using base::ToText;

class Files : public testing::Test {
 protected:
  Status WriteText(const std::string& name, std::string_view text) {
    return WriteFileDurably(files_, directory_ / name, base::AsBytes(text));
  }
  std::string ReadText(const std::string& name) {
    const auto bytes = files_.Read(directory_ / name, 1000);
    return bytes ? ToText(*bytes) : bytes.error().message;
  }

  support::TempDirectory directory_;
  FileSystem& files_ = SystemFiles();
};

TEST_F(Files, DurableWriteReplacesTheWholeContent) {
  ASSERT_TRUE(WriteText("a", "a long first content"));
  ASSERT_TRUE(WriteText("a", "short"));
  EXPECT_EQ(ReadText("a"), "short");
  EXPECT_FALSE(files_.Exists(directory_ / "a.tmp"));
}

TEST_F(Files, LeftOverTemporaryFileIsReplaced) {
  ASSERT_TRUE(WriteText("a.tmp", "left by a power cut"));
  ASSERT_TRUE(WriteText("a", "x"));
  EXPECT_EQ(ReadText("a"), "x");
}

TEST_F(Files, NewFilesAreReadableByTheirOwnerOnly) {
  ASSERT_TRUE(WriteText("key", "secret"));
  struct stat stat;
  ASSERT_EQ(::stat((directory_ / "key").c_str(), &stat), 0);
  EXPECT_EQ(stat.st_mode & 0777, 0600U);
}

TEST_F(Files, WriteIntoMissingDirectoryIsNotFoundAndNamesThePath) {
  const Status status = WriteText("none/a", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  EXPECT_NE(status.error().message.find("none/a.tmp"), std::string::npos);
}

TEST_F(Files, ReadTakesExactlyTheLimitAndNoMore) {
  ASSERT_TRUE(WriteText("a", "12345"));
  EXPECT_TRUE(files_.Read(directory_ / "a", 5));
  const auto result = files_.Read(directory_ / "a", 4);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
}

TEST_F(Files, ReadOfAMissingFileIsNotFoundAndOfADirectoryIsNot) {
  EXPECT_EQ(files_.Read(directory_ / "none", 10).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(files_.Read(directory_.path(), 10).error().code, ErrorCode::kCorrupt);
}

TEST_F(Files, WriteAtKeepsTheBytesAround) {
  ASSERT_TRUE(WriteText("a", "0123456789"));
  {
    auto file = files_.Open(directory_ / "a", FileSystem::Mode::kExisting);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->WriteAt(3, base::AsBytes("xy")));
    ASSERT_TRUE((*file)->Sync());
  }
  EXPECT_EQ(ReadText("a"), "012xy56789");
}

TEST_F(Files, OpenOfAMissingFileForUpdateDoesNotCreateIt) {
  EXPECT_EQ(files_.Open(directory_ / "a", FileSystem::Mode::kExisting).error().code,
            ErrorCode::kNotFound);
  EXPECT_FALSE(files_.Exists(directory_ / "a"));
}

TEST_F(Files, DirectoriesAreCreatedOnceRenamedAndRemovedWhole) {
  ASSERT_TRUE(files_.CreateDirectory(directory_ / "d"));
  ASSERT_TRUE(files_.CreateDirectory(directory_ / "d"));
  ASSERT_TRUE(WriteText("d/a", "x"));
  ASSERT_TRUE(files_.Rename(directory_ / "d", directory_ / "e"));
  EXPECT_EQ(ReadText("e/a"), "x");
  ASSERT_TRUE(files_.RemoveAll(directory_ / "e"));
  EXPECT_FALSE(files_.Exists(directory_ / "e"));
  EXPECT_TRUE(files_.RemoveAll(directory_ / "e"));
}

TEST(DirectoryOf, IsThePathWithoutItsLastPart) {
  EXPECT_EQ(DirectoryOf("a/b/c"), "a/b");
  EXPECT_EQ(DirectoryOf("a"), ".");
  EXPECT_EQ(DirectoryOf("/a"), "/");
}

TEST(FreeSpace, EachPartOfTheReserveCounts) {
  constexpr std::uint64_t kTooMuch = std::uint64_t{1} << 62;
  const std::string path = testing::TempDir();
  EXPECT_TRUE(CheckFreeSpace(path, {.bytes_min = 1, .percent_min = 0}));
  for (const SpaceReserve& reserve :
       {SpaceReserve{.bytes_min = kTooMuch, .percent_min = 0}, SpaceReserve{.percent_min = 101},
        SpaceReserve{.bytes_min = 1, .percent_min = 0, .largest_write_bytes = kTooMuch}}) {
    const Status status = CheckFreeSpace(path, reserve);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
    EXPECT_NE(status.error().message.find("bytes free"), std::string::npos);
  }
}

}  // namespace
}  // namespace sogoc::storage
