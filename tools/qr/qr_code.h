#pragma once

// A QR symbol (ISO/IEC 18004), as modules, PNG or SVG. Pure, thread-safe.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::tools {

inline constexpr int kQuietZoneModules = 4;

struct QrSymbol {
  int side = 0;            // modules, without the quiet zone
  std::vector<bool> dark;  // row by row, side x side

  bool IsDark(int x, int y) const {
    return dark[static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
                static_cast<std::size_t>(x)];
  }
  int side_with_quiet_zone() const { return side + 2 * kQuietZoneModules; }
};

// The smallest symbol of error correction level M for `text`. The text is split into segments of
// the best mode, so that a stamp of the usual length has 45 modules.
//   kInvalidArgument  empty, with a zero byte, or more than a QR code holds
base::Result<QrSymbol> MakeQrSymbol(std::string_view text);

// Black on white with its quiet zone, `module_pixels` to a module.
//   kInvalidArgument  module_pixels is not in 1 to 100
base::Result<base::Bytes> RenderPng(const QrSymbol& symbol, int module_pixels);

// Black on white with its quiet zone, in millimetres. Requires: module_mm > 0.
std::string RenderSvg(const QrSymbol& symbol, double module_mm);

}  // namespace sogoc::tools
