#include "tools/qr/qr_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

namespace sogoc::tools {
namespace {

// ZXing takes three finder patterns together and tries a limited number of combinations, so in a
// sheet of labels it finds few codes or none. Tiles with few codes in them, codes that are painted
// over once they are read, and a second round find them all.
//
// The picture is searched at a quarter of its pixels, a sixteenth and so on, coarsest first: there
// each tile costs little, and codes of a good photo are still more than large enough.
constexpr int kCoarsestSide = 1'024;
constexpr int kTileSides[] = {1'024, 512, 341};
constexpr int kRounds = 2;
constexpr std::uint64_t kWorkPixelsMax = 2'000'000'000;
constexpr std::uint8_t kWhite = 255;

Picture Halved(const Picture& picture) {
  Picture half{picture.width / 2, picture.height / 2, {}};
  half.pixels.reserve(static_cast<std::size_t>(half.width) * static_cast<std::size_t>(half.height));
  for (int y = 0; y < half.height; ++y) {
    const std::uint8_t* upper = picture.Row(2 * y);
    const std::uint8_t* lower = picture.Row(2 * y + 1);
    for (int x = 0; x < half.width; ++x, upper += 2, lower += 2) {
      half.pixels.push_back(
          static_cast<std::uint8_t>((upper[0] + upper[1] + lower[0] + lower[1] + 2) / 4));
    }
  }
  return half;
}

struct Point {
  std::int64_t x, y;
};
using Quad = std::array<Point, 4>;

bool IsInside(const Quad& quad, Point point) {
  bool left = false;
  bool right = false;
  for (std::size_t i = 0; i < quad.size(); ++i) {
    const Point& a = quad[i];
    const Point& b = quad[(i + 1) % quad.size()];
    const std::int64_t turn = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x);
    left = left || turn > 0;
    right = right || turn < 0;
  }
  return !(left && right);
}

void PaintWhite(Picture& picture, const Quad& quad) {
  const auto [left, right] =
      std::minmax_element(quad.begin(), quad.end(), [](Point a, Point b) { return a.x < b.x; });
  const auto [top, bottom] =
      std::minmax_element(quad.begin(), quad.end(), [](Point a, Point b) { return a.y < b.y; });
  const std::int64_t x_begin = std::max<std::int64_t>(left->x, 0);
  const std::int64_t x_end = std::min<std::int64_t>(right->x + 1, picture.width);
  const std::int64_t y_end = std::min<std::int64_t>(bottom->y + 1, picture.height);
  for (std::int64_t y = std::max<std::int64_t>(top->y, 0); y < y_end; ++y) {
    std::uint8_t* row = picture.Row(static_cast<int>(y));
    for (std::int64_t x = x_begin; x < x_end; ++x) {
      if (IsInside(quad, {x, y})) row[x] = kWhite;
    }
  }
}

struct Tile {
  int left, top, width, height;
};

// Where tiles begin on a line of `length`: half a tile apart, the last one flush with the end.
std::vector<int> TileStarts(int length, int side) {
  std::vector<int> starts = {0};
  while (starts.back() + side < length) {
    starts.push_back(std::min(starts.back() + side / 2, length - side));
  }
  return starts;
}

class Search {
 public:
  explicit Search(Picture picture) {
    levels_.push_back(std::move(picture));
    while (std::max(levels_.back().width, levels_.back().height) > kCoarsestSide &&
           std::min(levels_.back().width, levels_.back().height) > 1) {
      levels_.push_back(Halved(levels_.back()));
    }
  }

  std::vector<std::string> Run() {
    for (std::size_t level = levels_.size(); level-- > 0;) {
      const std::size_t known = texts_.size();
      ReadLevel(level);
      if (known > 0 && texts_.size() == known) break;
    }
    return {texts_.begin(), texts_.end()};
  }

 private:
  bool IsExhausted() const { return work_pixels_ > kWorkPixelsMax || texts_.size() >= kCodesMax; }

  void ReadLevel(std::size_t level) {
    for (int round = 0; round < kRounds; ++round) {
      const std::size_t known = texts_.size();
      int last_side = 0;
      for (int tile_side : kTileSides) {
        const Picture& picture = levels_[level];
        const int side = std::min(tile_side, std::max(picture.width, picture.height));
        if (side != last_side) ReadTiles(level, side);
        last_side = side;
      }
      if (texts_.size() == known) return;
    }
  }

  void ReadTiles(std::size_t level, int side) {
    const Picture& picture = levels_[level];
    for (int top : TileStarts(picture.height, side)) {
      for (int left : TileStarts(picture.width, side)) {
        const Tile tile{left, top, std::min(side, picture.width), std::min(side, picture.height)};
        while (!IsExhausted() && FindsNewCode(level, tile)) {
        }
      }
    }
  }

  bool FindsNewCode(std::size_t level, const Tile& tile) {
    static const ZXing::DecodeHints hints = ZXing::DecodeHints()
                                                .setFormats(ZXing::BarcodeFormat::QRCode)
                                                .setTryHarder(true)
                                                .setTryRotate(false)
                                                .setTryDownscale(false);
    const Picture& picture = levels_[level];
    const ZXing::ImageView view(picture.Row(tile.top) + tile.left, tile.width, tile.height,
                                ZXing::ImageFormat::Lum, picture.width);
    work_pixels_ +=
        static_cast<std::uint64_t>(tile.width) * static_cast<std::uint64_t>(tile.height);
    bool is_new = false;
    for (const ZXing::Result& result : ZXing::ReadBarcodes(view, hints)) {
      std::string text = result.text();
      if (!text.empty() && text.size() <= kCodeTextBytesMax && texts_.size() < kCodesMax) {
        is_new = texts_.insert(std::move(text)).second || is_new;
      }
      PaintOver(level, tile, result.position());
    }
    return is_new;
  }

  // Takes a code that was read out of its level and of all finer ones.
  void PaintOver(std::size_t level, const Tile& tile, const ZXing::Position& position) {
    for (std::size_t finer = 0; finer <= level; ++finer) {
      const std::int64_t scale = std::int64_t{1} << (level - finer);
      Quad quad;
      for (std::size_t i = 0; i < quad.size(); ++i) {
        const ZXing::PointI corner = position[static_cast<int>(i)];
        quad[i] = {(corner.x + tile.left) * scale, (corner.y + tile.top) * scale};
      }
      PaintWhite(levels_[finer], quad);
    }
  }

  std::vector<Picture> levels_;  // the picture, and each one halved
  std::set<std::string> texts_;
  std::uint64_t work_pixels_ = 0;
};

}  // namespace

std::vector<std::string> ReadCodes(Picture picture) { return Search(std::move(picture)).Run(); }

}  // namespace sogoc::tools
