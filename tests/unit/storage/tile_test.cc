#include "node/storage/tile.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/json_file.h"
#include "tests/support/test_log.h"
#include "tests/support/vectors.h"

namespace sogoc::storage {
namespace {

LogSource DecimalSource(const support::TestLog& log, std::uint64_t size) {
  return {size,
          [](ledger::EntryIndex index) {
            return base::Result<base::Bytes>(base::ToBytes(base::AsBytes(std::to_string(index))));
          },
          log.Reader(size)};
}

TEST(TilePath, IsThatOfTheVectors) {
  const auto file = support::ReadJsonFile("tests/vectors/tiles.json");
  for (const auto& each : file.at("paths").as_array()) {
    const Tile tile{std::nullopt, support::Number(each.at("number")),
                    support::Number(each.at("width"))};
    EXPECT_EQ(TilePath(tile), support::Text(each.at("path")));
    EXPECT_EQ(ParseTilePath(support::Text(each.at("path"))), tile);
  }
}

TEST(TilePath, IsReadAsTheTile) {
  for (const Tile& tile :
       {Tile{0, 0, 256}, Tile{0, 999, 1}, Tile{63, 1000, 255}, Tile{std::nullopt, 1'234'067, 17},
        Tile{1, 999'999'999, 256}, Tile{std::nullopt, ~std::uint64_t{0}, 256}}) {
    EXPECT_EQ(ParseTilePath(TilePath(tile)), tile) << TilePath(tile);
  }
}

TEST(TilePath, HasOneForm) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/0000",
                           "tile/0/1000",
                           "tile/0/x000/000",
                           "tile/0/x000/001",
                           "tile/0/x001",
                           "tile/0/x001/",
                           "tile/0/x001/x000",
                           "tile/0/001/000",
                           "tile/0/000/",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/01",
                           "tile/0/000.p/256",
                           "tile/0/000.p/1/",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/+1/000",
                           "tile/ 1/000",
                           "tile/entries",
                           "tile/entries/",
                           "tile//000",
                           "tile/data/000",
                           "/tile/0/000",
                           "tile/0/000 ",
                           "tile/0/-01",
                           "tile/0/+01",
                           "tile/0/00a",
                           "tile/0/x018/x446/x744/x073/x709/x551/616",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                           "tile/18446744073709551616/000",
                           "tile/0/000.p/18446744073709551617"}) {
    EXPECT_EQ(ParseTilePath(path), std::nullopt) << path;
  }
}

TEST(ReadTile, ServesEveryWidthThatTheLogHas) {
  const support::TestLog log = support::DecimalLog(600);
  const LogSource source = DecimalSource(log, 600);
  for (const std::optional<unsigned> level :
       {std::optional<unsigned>(0), std::optional<unsigned>()}) {
    EXPECT_TRUE(ReadTile({level, 1, 256}, source));
    EXPECT_TRUE(ReadTile({level, 1, 3}, source));
    EXPECT_TRUE(ReadTile({level, 2, 88}, source));
    for (const Tile& beyond : {Tile{level, 2, 89}, Tile{level, 2, 256}, Tile{level, 3, 1},
                               Tile{level, std::uint64_t{1} << 56, 1}}) {
      EXPECT_EQ(ReadTile(beyond, source).error().code, base::ErrorCode::kNotFound);
    }
  }
  EXPECT_TRUE(ReadTile({1, 0, 2}, source));
  for (const Tile& beyond : {Tile{1, 0, 3}, Tile{2, 0, 1}, Tile{8, 0, 1}, Tile{63, 0, 1}}) {
    EXPECT_EQ(ReadTile(beyond, source).error().code, base::ErrorCode::kNotFound);
  }
}

TEST(ReadTile, PartialFilesAreTheBeginningOfFullOnes) {
  const support::TestLog log = support::DecimalLog(256);
  const LogSource source = DecimalSource(log, 256);
  for (const std::optional<unsigned> level :
       {std::optional<unsigned>(0), std::optional<unsigned>()}) {
    const base::Bytes full = *ReadTile({level, 0, 256}, source);
    for (std::uint64_t width = 1; width < 256; ++width) {
      const base::Bytes part = *ReadTile({level, 0, width}, source);
      EXPECT_TRUE(base::Equal(part, base::ByteView(full).first(part.size()))) << width;
    }
  }
}

TEST(ReadTile, RefusesALeafThatNoBundleCanHold) {
  const support::TestLog log = support::DecimalLog(1);
  LogSource source = DecimalSource(log, 1);
  source.leaf = [](ledger::EntryIndex) { return base::Result<base::Bytes>(base::Bytes(65'535)); };
  EXPECT_TRUE(ReadTile({std::nullopt, 0, 1}, source));
  source.leaf = [](ledger::EntryIndex) { return base::Result<base::Bytes>(base::Bytes(65'536)); };
  EXPECT_EQ(ReadTile({std::nullopt, 0, 1}, source).error().code, base::ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace sogoc::storage
