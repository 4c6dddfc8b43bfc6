#include "tools/qr/qr_reader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "tests/support/random.h"
#include "tests/unit/qr/test_pictures.h"

namespace sogoc::tools {
namespace {

using Texts = std::vector<std::string>;

const std::string kText = StampText(550'000);

base::Result<Texts> ReadFile(base::ByteView content) {
  return ReadCodesIsolated(MemoryFile(content).path());
}

TEST(QrReader, PngOfAStampIsReadBack) {
  EXPECT_EQ(ReadFile(RenderPng(MakeQrSymbol(kText).value(), 4).value()), Texts{kText});
}

TEST(QrReader, JpegOfQuality60IsRead) {
  EXPECT_EQ(ReadFile(EncodeJpeg(PictureOfCode(kText, 4), 60)), Texts{kText});
}

TEST(QrReader, TurnedCodesAreRead) {
  for (int degrees : {30, 90, 135, 180, 291}) {
    EXPECT_EQ(ReadCodes(Rotated(PictureOfCode(kText, 4), degrees)), Texts{kText}) << degrees;
  }
}

TEST(QrReader, ABlurredCodeIsRead) {
  EXPECT_EQ(ReadCodes(Blurred(PictureOfCode(kText, 4), 1.5)), Texts{kText});
}

TEST(QrReader, ACodeWithTenPercentPaintedOverIsRead) {
  // In the middle: a scratch there takes no finder pattern. 45 * 45 / 10 modules are 14 * 14.
  for (const std::uint8_t grey : base::Bytes{0, 128, 255}) {
    Picture picture = PictureOfCode(kText, 4);
    PaintOver(picture, 19 * 4, 19 * 4, 14 * 4, 14 * 4, grey);
    EXPECT_EQ(ReadCodes(picture), Texts{kText}) << int{grey};
  }
}

TEST(QrReader, ADarkUnevenPhotoIsRead) {
  Picture picture = BlankPicture(1'200, 900);
  Paste(picture, Rotated(PictureOfCode(kText, 5), 12), 500, 300);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      std::uint8_t& pixel = PixelAt(picture, x, y);
      pixel = static_cast<std::uint8_t>(30 + pixel * (40 + x / 12) / 255);
    }
  }
  EXPECT_EQ(ReadFile(EncodeJpeg(Blurred(picture, 1), 80)), Texts{kText});
}

TEST(QrReader, AGridOfTwentyFourIsReadWhole) {
  const Texts texts = StampTexts(1, 24);
  for (int module_pixels : {4, 7}) {
    const Picture grid = PictureOfGrid(texts, 4, module_pixels);
    EXPECT_EQ(ReadCodes(grid), texts) << module_pixels;
    EXPECT_EQ(ReadCodes(Rotated(grid, 30)), texts) << module_pixels;
  }
  EXPECT_EQ(ReadFile(EncodeJpeg(Blurred(PictureOfGrid(texts, 6, 5), 1), 75)), texts);
}

TEST(QrReader, TheSameCodeTwiceIsOneText) {
  EXPECT_EQ(ReadCodes(PictureOfGrid({kText, kText, kText, kText}, 2, 4)), Texts{kText});
}

TEST(QrReader, PicturesWithoutCodesHaveNone) {
  EXPECT_EQ(ReadFile(EncodeJpeg(BlankPicture(300, 200), 80)), Texts{});
  support::Random random;
  Picture noise = BlankPicture(300, 200);
  for (std::uint8_t& pixel : noise.pixels) pixel = static_cast<std::uint8_t>(random.Below(256));
  EXPECT_EQ(ReadCodes(noise), Texts{});
}

TEST(QrReader, ThinAndTinyPicturesAreSearched) {
  EXPECT_EQ(ReadCodes(BlankPicture(1, 1)), Texts{});
  EXPECT_EQ(ReadCodes(BlankPicture(5'000, 1)), Texts{});
  EXPECT_EQ(ReadCodes(BlankPicture(2, 5'000)), Texts{});
}

TEST(QrReader, FilesThatAreNoPicturesAreErrors) {
  const base::Bytes png = RenderPng(MakeQrSymbol(kText).value(), 4).value();
  const base::Bytes jpeg = EncodeJpeg(PictureOfCode(kText, 4), 90);
  for (const base::Bytes& file :
       {base::Bytes{}, base::ToBytes(base::AsBytes(kText)),
        base::Bytes(png.begin(), png.end() - 40), base::Bytes(jpeg.begin(), jpeg.end() - 200)}) {
    const base::Result<Texts> texts = ReadFile(file);
    ASSERT_FALSE(texts);
    EXPECT_EQ(texts.error().code, base::ErrorCode::kInvalidArgument);
  }
}

TEST(QrReader, WhatIsNoFileIsAnError) {
  EXPECT_EQ(ReadCodesIsolated("/no/such/file").error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(ReadCodesIsolated("/").error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(ReadCodesIsolated("/dev/zero").error().code, base::ErrorCode::kInvalidArgument);
  const std::string pipe = testing::TempDir() + "sogoc-qr-pipe-" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ReadCodesIsolated(pipe).error().code, base::ErrorCode::kInvalidArgument);
  unlink(pipe.c_str());
}

TEST(QrReader, ADecoderThatTakesTooLongIsAnError) {
  IsolationLimits limits;
  limits.wall_time = std::chrono::milliseconds(0);
  const MemoryFile file(EncodeJpeg(BlankPicture(3'000, 3'000), 80));
  EXPECT_FALSE(ReadCodesIsolated(file.path(), limits));
}

}  // namespace
}  // namespace sogoc::tools
