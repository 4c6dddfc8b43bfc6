#include "tools/qr/qr_code.h"

#include <png.h>
#include <qrencode.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;

constexpr int kModulePixelsMax = 100;
constexpr std::uint8_t kBlack = 0;
constexpr std::uint8_t kWhite = 255;

struct FreeQr {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

// 8-bit grey, row by row.
base::Bytes DrawPixels(const QrSymbol& symbol, int module_pixels) {
  const auto pixels_each = static_cast<std::size_t>(module_pixels);
  const std::size_t side = static_cast<std::size_t>(symbol.side_with_quiet_zone()) * pixels_each;
  const std::size_t quiet = kQuietZoneModules * pixels_each;
  base::Bytes pixels(side * side, kWhite);
  for (int y = 0; y < symbol.side * module_pixels; ++y) {
    auto pixel = pixels.begin() +
                 static_cast<std::ptrdiff_t>((static_cast<std::size_t>(y) + quiet) * side + quiet);
    for (int x = 0; x < symbol.side * module_pixels; ++x, ++pixel) {
      if (symbol.IsDark(x / module_pixels, y / module_pixels)) *pixel = kBlack;
    }
  }
  return pixels;
}

// Locale-free, which printf is not.
std::string Decimal(double value) {
  const auto thousandths = std::llround(value * 1000);
  const std::string fraction = std::to_string(1000 + thousandths % 1000);
  return std::to_string(thousandths / 1000) + "." + fraction.substr(1);
}

}  // namespace

Result<QrSymbol> MakeQrSymbol(std::string_view text) {
  if (text.empty() || text.find('\0') != std::string_view::npos) {
    return InvalidArgument("a QR code needs a text without zero bytes");
  }
  const std::unique_ptr<QRcode, FreeQr> code(
      QRcode_encodeString(std::string(text).c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
  if (!code) return InvalidArgument("the text does not fit in a QR code");
  QrSymbol symbol;
  symbol.side = code->width;
  const std::size_t modules =
      static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  for (std::size_t i = 0; i < modules; ++i) symbol.dark.push_back((code->data[i] & 1) != 0);
  return symbol;
}

Result<base::Bytes> RenderPng(const QrSymbol& symbol, int module_pixels) {
  if (module_pixels < 1 || module_pixels > kModulePixelsMax) {
    return InvalidArgument("a module has 1 to 100 pixels");
  }
  const base::Bytes pixels = DrawPixels(symbol, module_pixels);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.format = PNG_FORMAT_GRAY;
  image.width = image.height =
      static_cast<png_uint_32>(symbol.side_with_quiet_zone() * module_pixels);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  base::Bytes png(size);
  if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, nullptr) == 0) {
    return InvalidArgument(std::string("writing a PNG: ") + image.message);
  }
  png.resize(size);
  return png;
}

std::string RenderSvg(const QrSymbol& symbol, double module_mm) {
  const std::string side = std::to_string(symbol.side_with_quiet_zone());
  const std::string size = Decimal(symbol.side_with_quiet_zone() * module_mm);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + size + "mm\" height=\"" +
                    size + "mm\" viewBox=\"0 0 " + side + " " + side +
                    "\" shape-rendering=\"crispEdges\">\n<rect width=\"100%\" height=\"100%\" "
                    "fill=\"#fff\"/>\n<path d=\"";
  for (int y = 0; y < symbol.side; ++y) {
    for (int x = 0; x < symbol.side; ++x) {
      if (!symbol.IsDark(x, y)) continue;
      const int start = x;
      while (x + 1 < symbol.side && symbol.IsDark(x + 1, y)) ++x;
      const std::string length = std::to_string(x + 1 - start);
      svg.append("M").append(std::to_string(start + kQuietZoneModules));
      svg.append(" ").append(std::to_string(y + kQuietZoneModules));
      svg.append("h").append(length).append("v1h-").append(length).append("z");
    }
  }
  return svg + "\"/>\n</svg>\n";
}

}  // namespace sogoc::tools
