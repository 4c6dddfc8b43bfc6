#pragma once

// Sheets of labels for a printer: QR codes edge to edge, quiet zone to quiet zone, a line of text
// under each. Pure but for the fonts of the machine; thread-safe.

#include <cstddef>
#include <span>
#include <string>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace sogoc::tools {

inline constexpr std::size_t kLabelsPerDocumentMax = 10'000;

struct Label {
  std::string text;     // of the code (MakeQrSymbol)
  std::string caption;  // UTF-8, one line, made narrower where it is wider than the code
};

struct SheetLayout {
  double page_width_mm = 210;
  double page_height_mm = 297;
  double margin_mm = 8;
  double module_mm = 0.4;
  double caption_mm = 2.5;  // height of the line
};

// How many labels go on a page, from left to right and then down. Every cell is as large as the
// largest code of `labels` needs.
//   kInvalidArgument  no labels, too many, a text that is no QR code, not one label fits
base::Result<std::size_t> LabelsPerPage(std::span<const Label> labels, const SheetLayout& layout);

// A PDF of as many pages as it takes. Errors: as LabelsPerPage, and a caption that is not UTF-8.
base::Result<base::Bytes> DrawSheetPdf(std::span<const Label> labels, const SheetLayout& layout);

// One page as a PNG. Errors: as DrawSheetPdf, and
//   kInvalidArgument  the labels need more than one page; the page would have more than 100
//                     million pixels
base::Result<base::Bytes> DrawSheetPng(std::span<const Label> labels, const SheetLayout& layout,
                                       int dots_per_inch);

}  // namespace sogoc::tools
