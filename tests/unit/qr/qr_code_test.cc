#include "tools/qr/qr_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/qr/test_pictures.h"
#include "tools/qr/qr_reader.h"
#include "tools/qr/qr_sheet.h"

// fontconfig, behind cairo's text, keeps its configuration for ever. Read by LeakSanitizer only.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }

namespace sogoc::tools {
namespace {

TEST(QrCode, AStampHasFortyFiveModules) {
  const base::Result<QrSymbol> symbol = MakeQrSymbol(StampText(550'000));
  ASSERT_TRUE(symbol);
  EXPECT_EQ(symbol->side, 45);
  EXPECT_EQ(symbol->dark.size(), 45U * 45U);
  EXPECT_EQ(symbol->side_with_quiet_zone(), 53);
}

// host + lot + serial: 32 characters are the most for 45 modules, 75 for 49 (docs/format/stamp.md).
TEST(QrCode, SizeGrowsWithHostLotAndSerial) {
  const auto side = [](std::size_t characters) {
    const std::string lot(20, 'L');
    const std::string host(characters - lot.size() - 1, 'h');
    const ledger::Stamp stamp{host, "18935000000011", lot, 1, {}};
    return MakeQrSymbol(ledger::FormatStampUri(stamp).value())->side;
  };
  EXPECT_EQ(side(32), 45);
  EXPECT_EQ(side(33), 49);
  EXPECT_EQ(side(75), 49);
  EXPECT_EQ(side(77), 53);
}

TEST(QrCode, FinderPatternsAreInThreeCorners) {
  const QrSymbol symbol = MakeQrSymbol("A").value();
  EXPECT_EQ(symbol.side, 21);
  for (const auto& [x, y] : {std::pair(0, 0), std::pair(14, 0), std::pair(0, 14)}) {
    EXPECT_TRUE(symbol.IsDark(x, y));
    EXPECT_FALSE(symbol.IsDark(x + 1, y + 1));
    EXPECT_TRUE(symbol.IsDark(x + 3, y + 3));
    EXPECT_TRUE(symbol.IsDark(x + 6, y + 6));
  }
}

TEST(QrCode, TextsThatDoNotFitAreRefused) {
  EXPECT_FALSE(MakeQrSymbol(""));
  EXPECT_FALSE(MakeQrSymbol(std::string("A\0B", 3)));
  EXPECT_TRUE(MakeQrSymbol(std::string(2'000, 'a')));
  EXPECT_FALSE(MakeQrSymbol(std::string(2'400, 'a')));
}

TEST(QrCode, PngHasItsSizeAndQuietZone) {
  const QrSymbol symbol = MakeQrSymbol("A").value();
  const Picture picture = DecodePicture(RenderPng(symbol, 3).value()).value();
  EXPECT_EQ(picture.width, 29 * 3);
  EXPECT_EQ(picture.height, 29 * 3);
  EXPECT_EQ(picture.Row(11)[12], 255);
  EXPECT_EQ(picture.Row(12)[11], 255);
  EXPECT_EQ(picture.Row(12)[12], 0);
  EXPECT_FALSE(RenderPng(symbol, 0));
  EXPECT_FALSE(RenderPng(symbol, 101));
}

TEST(QrCode, SvgDrawsEveryDarkModule) {
  const QrSymbol symbol = MakeQrSymbol("A").value();
  const std::string svg = RenderSvg(symbol, 0.4);
  EXPECT_NE(svg.find("width=\"11.600mm\" height=\"11.600mm\" viewBox=\"0 0 29 29\""),
            std::string::npos);
  // Each run is "Mx yh<length>v1h-<length>z".
  long drawn = 0;
  for (std::size_t at = svg.find('h', svg.find(" d=\"")); at != std::string::npos;
       at = svg.find('h', svg.find('z', at))) {
    drawn += std::stol(svg.substr(at + 1));
  }
  EXPECT_EQ(drawn, std::count(symbol.dark.begin(), symbol.dark.end(), true));
}

std::vector<Label> Labels(std::size_t count) {
  std::vector<Label> labels;
  for (std::size_t i = 0; i < count; ++i) {
    labels.push_back({StampText(550'000 + i), "550000+" + std::to_string(i) + " Cam Khe Mây"});
  }
  return labels;
}

TEST(QrSheet, EveryLabelOfAPageIsReadBack) {
  const std::vector<Label> labels = Labels(40);
  const base::Result<base::Bytes> png = DrawSheetPng(labels, SheetLayout{}, 300);
  ASSERT_TRUE(png) << png.error().message;
  EXPECT_EQ(ReadCodes(DecodePicture(*png).value()), StampTexts(550'000, 40));
}

TEST(QrSheet, PageHoldsWhatFits) {
  EXPECT_EQ(LabelsPerPage(Labels(1), SheetLayout{}), 9U * 11U);
  SheetLayout narrow;
  narrow.page_width_mm = 16 + 21.2;
  EXPECT_EQ(LabelsPerPage(Labels(1), narrow), 11U);
  narrow.page_width_mm = 16 + 21.1;
  EXPECT_FALSE(LabelsPerPage(Labels(1), narrow));
}

TEST(QrSheet, PdfHasAsManyPagesAsItTakes) {
  const base::Result<base::Bytes> pdf = DrawSheetPdf(Labels(100), SheetLayout{});
  ASSERT_TRUE(pdf) << pdf.error().message;
  const std::string text = base::ToText(*pdf);
  EXPECT_TRUE(text.starts_with("%PDF-"));
  EXPECT_NE(text.find("/Count 2"), std::string::npos);
}

TEST(QrSheet, WhatCannotBeDrawnIsRefused) {
  EXPECT_FALSE(DrawSheetPdf({}, SheetLayout{}));
  EXPECT_FALSE(DrawSheetPng(Labels(100), SheetLayout{}, 300));
  EXPECT_FALSE(DrawSheetPng(Labels(1), SheetLayout{}, 0));
  EXPECT_FALSE(DrawSheetPng(Labels(1), SheetLayout{}, 5'000));
  std::vector<Label> labels = Labels(2);
  labels[1].text = "";
  EXPECT_FALSE(DrawSheetPdf(labels, SheetLayout{}));
  labels = Labels(1);
  labels[0].caption = "\xff\xfe";
  EXPECT_FALSE(DrawSheetPdf(labels, SheetLayout{}));
  SheetLayout flat;
  flat.module_mm = 0;
  EXPECT_FALSE(DrawSheetPdf(Labels(1), flat));
}

}  // namespace
}  // namespace sogoc::tools
