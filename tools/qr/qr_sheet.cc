#include "tools/qr/qr_sheet.h"

#include <cairo-pdf.h>
#include <cairo.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tools/qr/picture.h"
#include "tools/qr/qr_code.h"

namespace sogoc::tools {
namespace {

using base::InvalidArgument;
using base::Result;
using base::Status;

constexpr double kMmPerInch = 25.4;
constexpr double kPointsPerInch = 72;
constexpr double kCaptionWidth = 0.9;  // of its cell, so that captions do not touch

struct DestroySurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyContext {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
};
using SurfacePtr = std::unique_ptr<cairo_surface_t, DestroySurface>;
using ContextPtr = std::unique_ptr<cairo_t, DestroyContext>;

cairo_status_t AppendTo(void* bytes, const unsigned char* data, unsigned int size) {
  base::Append(*static_cast<base::Bytes*>(bytes), {data, size});
  return CAIRO_STATUS_SUCCESS;
}

Status CheckStatus(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return base::Ok();
  return InvalidArgument(std::string("drawing a sheet: ") + cairo_status_to_string(status));
}

// The labels as symbols, and the cells that they go into.
struct Plan {
  std::vector<QrSymbol> symbols;
  double symbol_mm = 0;  // with the quiet zone: the width of a cell
  double cell_height_mm = 0;
  std::size_t columns = 0;
  std::size_t rows = 0;

  std::size_t per_page() const { return columns * rows; }
};

std::size_t HowMany(double length_mm, double part_mm) {
  // A rounding error must not cost a column.
  return length_mm < part_mm ? 0 : static_cast<std::size_t>(length_mm / part_mm + 1e-9);
}

Result<Plan> MakePlan(std::span<const Label> labels, const SheetLayout& layout) {
  if (labels.empty() || labels.size() > kLabelsPerDocumentMax) {
    return InvalidArgument("a sheet has 1 to 10000 labels");
  }
  if (!(layout.module_mm > 0)) return InvalidArgument("a module needs a size");
  Plan plan;
  int side = 0;
  for (const Label& label : labels) {
    TRY(QrSymbol symbol, MakeQrSymbol(label.text));
    side = std::max(side, symbol.side_with_quiet_zone());
    plan.symbols.push_back(std::move(symbol));
  }
  plan.symbol_mm = side * layout.module_mm;
  plan.cell_height_mm = plan.symbol_mm + std::max(layout.caption_mm, 0.0);
  plan.columns = HowMany(layout.page_width_mm - 2 * layout.margin_mm, plan.symbol_mm);
  plan.rows = HowMany(layout.page_height_mm - 2 * layout.margin_mm, plan.cell_height_mm);
  if (plan.per_page() == 0) return InvalidArgument("a label does not fit on the page");
  return plan;
}

// All lengths below are in millimetres; the context is scaled to them.
void DrawSymbol(cairo_t* context, const QrSymbol& symbol, double left, double top, double module) {
  const double quiet = kQuietZoneModules * module;
  for (int y = 0; y < symbol.side; ++y) {
    for (int x = 0; x < symbol.side; ++x) {
      if (!symbol.IsDark(x, y)) continue;
      const int start = x;
      while (x + 1 < symbol.side && symbol.IsDark(x + 1, y)) ++x;
      cairo_rectangle(context, left + quiet + start * module, top + quiet + y * module,
                      (x + 1 - start) * module, module);
    }
  }
  cairo_fill(context);
}

void DrawCaption(cairo_t* context, const std::string& caption, double left, double bottom,
                 double width, double height) {
  if (caption.empty() || !(height > 0)) return;
  cairo_set_font_size(context, height * 0.8);
  cairo_text_extents_t extents;
  cairo_text_extents(context, caption.c_str(), &extents);
  const double squeeze = std::min(1.0, kCaptionWidth * width / extents.x_advance);
  cairo_save(context);
  cairo_translate(context, left + (width - extents.x_advance * squeeze) / 2,
                  bottom - height * 0.25);
  cairo_scale(context, squeeze, 1);
  cairo_move_to(context, 0, 0);
  cairo_show_text(context, caption.c_str());
  cairo_restore(context);
}

void DrawPage(cairo_t* context, const Plan& plan, std::span<const Label> labels, std::size_t first,
              const SheetLayout& layout) {
  cairo_set_source_rgb(context, 1, 1, 1);
  cairo_paint(context);
  cairo_set_source_rgb(context, 0, 0, 0);
  cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  const std::size_t end = std::min(first + plan.per_page(), labels.size());
  for (std::size_t i = first; i < end; ++i) {
    const std::size_t column = (i - first) % plan.columns;
    const std::size_t row = (i - first) / plan.columns;
    const double left = layout.margin_mm + static_cast<double>(column) * plan.symbol_mm;
    const double top = layout.margin_mm + static_cast<double>(row) * plan.cell_height_mm;
    DrawSymbol(context, plan.symbols[i], left, top, layout.module_mm);
    DrawCaption(context, labels[i].caption, left, top + plan.cell_height_mm, plan.symbol_mm,
                layout.caption_mm);
  }
}

}  // namespace

Result<std::size_t> LabelsPerPage(std::span<const Label> labels, const SheetLayout& layout) {
  TRY(const Plan plan, MakePlan(labels, layout));
  return plan.per_page();
}

Result<base::Bytes> DrawSheetPdf(std::span<const Label> labels, const SheetLayout& layout) {
  TRY(const Plan plan, MakePlan(labels, layout));
  constexpr double kPointsPerMm = kPointsPerInch / kMmPerInch;
  base::Bytes pdf;
  const SurfacePtr surface(cairo_pdf_surface_create_for_stream(
      AppendTo, &pdf, layout.page_width_mm * kPointsPerMm, layout.page_height_mm * kPointsPerMm));
  const ContextPtr context(cairo_create(surface.get()));
  cairo_scale(context.get(), kPointsPerMm, kPointsPerMm);
  for (std::size_t first = 0; first < labels.size(); first += plan.per_page()) {
    DrawPage(context.get(), plan, labels, first, layout);
    cairo_show_page(context.get());
  }
  TRY_STATUS(CheckStatus(cairo_status(context.get())));
  cairo_surface_finish(surface.get());
  TRY_STATUS(CheckStatus(cairo_surface_status(surface.get())));
  return pdf;
}

Result<base::Bytes> DrawSheetPng(std::span<const Label> labels, const SheetLayout& layout,
                                 int dots_per_inch) {
  TRY(const Plan plan, MakePlan(labels, layout));
  if (labels.size() > plan.per_page()) return InvalidArgument("more labels than a page holds");
  const double pixels_per_mm = dots_per_inch / kMmPerInch;
  const double width = layout.page_width_mm * pixels_per_mm;
  const double height = layout.page_height_mm * pixels_per_mm;
  if (!(width >= 1 && height >= 1 && width * height <= static_cast<double>(kPicturePixelsMax))) {
    return InvalidArgument("the page has no pixels, or more than 100 million");
  }
  const SurfacePtr surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width),
                                                      static_cast<int>(height)));
  const ContextPtr context(cairo_create(surface.get()));
  cairo_scale(context.get(), pixels_per_mm, pixels_per_mm);
  cairo_set_antialias(context.get(), CAIRO_ANTIALIAS_NONE);
  DrawPage(context.get(), plan, labels, 0, layout);
  TRY_STATUS(CheckStatus(cairo_status(context.get())));
  base::Bytes png;
  TRY_STATUS(CheckStatus(cairo_surface_write_to_png_stream(surface.get(), AppendTo, &png)));
  return png;
}

}  // namespace sogoc::tools
