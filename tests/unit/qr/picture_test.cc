#include "tools/qr/picture.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "tests/support/random.h"
#include "tests/unit/qr/test_pictures.h"

namespace sogoc::tools {
namespace {

using base::Bytes;

Bytes FromBase64(std::string_view text) { return base::FromBase64(text).value(); }

TEST(Picture, PngIsReadAsGrey) {
  const Picture picture = DecodePicture(RenderPng(MakeQrSymbol("A").value(), 1).value()).value();
  EXPECT_EQ(picture.width, 29);
  EXPECT_EQ(picture.Row(4)[4], 0);
  EXPECT_EQ(picture.Row(5)[5], 255);
}

TEST(Picture, TransparentPartsOfAPngAreWhite) {
  // One transparent black pixel, RGBA.
  const Bytes png = FromBase64(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNg"
      "AAIAAAUAAXpeqz8AAAAASUVORK5CYII=");
  const Picture picture = DecodePicture(png).value();
  EXPECT_EQ(picture.Row(0)[0], 255);
}

TEST(Picture, JpegIsReadAsGrey) {
  Picture source = BlankPicture(64, 32);
  PaintOver(source, 0, 0, 32, 32, 0);
  const Picture picture = DecodePicture(EncodeJpeg(source, 95)).value();
  EXPECT_EQ(picture.width, 64);
  EXPECT_EQ(picture.height, 32);
  EXPECT_LT(picture.Row(16)[8], 10);
  EXPECT_GT(picture.Row(16)[56], 245);
}

TEST(Picture, ColourJpegIsReadAsGrey) {
  Bytes red(16 * 16 * 3);
  for (std::size_t i = 0; i < red.size(); i += 3) red[i] = 255;
  const Picture picture = DecodePicture(EncodeJpeg(red, 16, 16, 3, 95)).value();
  EXPECT_NEAR(picture.Row(8)[8], 76, 3);  // the luma of red
}

TEST(Picture, OtherFilesAreRefused) {
  for (const std::string text :
       {"", "a", "GIF89a", "%PDF-1.7", "\x89PNG\r\n", "\xff\xd8", "<svg/>"}) {
    EXPECT_FALSE(DecodePicture(base::AsBytes(text))) << text;
  }
}

TEST(Picture, TruncatedFilesAreRefused) {
  const Bytes png = RenderPng(MakeQrSymbol("A").value(), 2).value();
  const Bytes jpeg = EncodeJpeg(PictureOfCode("A", 4), 90);
  for (const Bytes& file : {png, jpeg}) {
    ASSERT_TRUE(DecodePicture(file));
    const std::size_t tail = 40;  // a decoder may do without checksums and end marks
    for (std::size_t size = 0; size + tail < file.size(); size += 7) {
      EXPECT_FALSE(DecodePicture(base::ByteView(file).first(size))) << size;
    }
  }
}

TEST(Picture, DamagedFilesAreReadOrRefused) {
  support::Random random;
  const Bytes png = RenderPng(MakeQrSymbol("A").value(), 2).value();
  const Bytes jpeg = EncodeJpeg(PictureOfCode("A", 2), 90);
  int refused = 0;
  for (const Bytes& file : {png, jpeg}) {
    for (int round = 0; round < 300; ++round) {
      Bytes damaged = file;
      for (int i = 0; i < 3; ++i) {
        damaged[random.Below(damaged.size())] ^= static_cast<std::uint8_t>(1U << random.Below(8));
      }
      const base::Result<Picture> picture = DecodePicture(damaged);
      if (!picture) {
        ++refused;
        continue;
      }
      EXPECT_EQ(picture->pixels.size(), static_cast<std::size_t>(picture->width) *
                                            static_cast<std::size_t>(picture->height));
    }
  }
  EXPECT_GT(refused, 100);
}

// The CRC of PNG (its specification, annex D).
std::uint32_t Crc(base::ByteView bytes) {
  std::uint32_t crc = 0xffffffff;
  for (std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

// A PNG that says in its header to be `width` x `height`.
Bytes PngOfSize(std::uint32_t width, std::uint32_t height) {
  Bytes png = RenderPng(MakeQrSymbol("A").value(), 1).value();
  Bytes header = base::ToBytes(base::AsBytes("IHDR"));
  base::AppendU32(header, width);
  base::AppendU32(header, height);
  base::Append(header, Bytes{8, 0, 0, 0, 0});  // 8-bit grey
  base::AppendU32(header, Crc(header));
  std::copy(header.begin(), header.end(), png.begin() + 12);
  return png;
}

TEST(Picture, MoreThanAHundredMegapixelsAreRefused) {
  for (const auto& [width, height] : {std::pair(10'001U, 10'000U), std::pair(1'000'000U, 101U),
                                      std::pair(1'000'000U, 1'000'000U)}) {
    const base::Result<Picture> picture = DecodePicture(PngOfSize(width, height));
    ASSERT_FALSE(picture);
    EXPECT_NE(picture.error().message.find("100 million"), std::string::npos);
  }
  ASSERT_TRUE(DecodePicture(PngOfSize(29, 29)));
  EXPECT_FALSE(DecodePicture(PngOfSize(10'000, 10'000)));  // cut short

  // Marker SOF0, two bytes of length, one of precision, height, width.
  constexpr std::array<std::uint8_t, 2> kFrame = {0xff, 0xc0};
  Bytes jpeg = EncodeJpeg(BlankPicture(16, 16), 90);
  const auto frame = std::search(jpeg.begin(), jpeg.end(), kFrame.begin(), kFrame.end());
  ASSERT_NE(frame, jpeg.end());
  for (int i = 5; i < 9; ++i) frame[i] = 0xee;  // 61166 x 61166
  const base::Result<Picture> picture = DecodePicture(jpeg);
  ASSERT_FALSE(picture);
  EXPECT_NE(picture.error().message.find("100 million"), std::string::npos);
}

TEST(PictureFile, IsReadWhole) {
  const Bytes content(200'000, 'x');
  EXPECT_EQ(ReadPictureFile(MemoryFile(content).fd()), content);
  EXPECT_EQ(ReadPictureFile(MemoryFile({}).fd()), Bytes{});
}

TEST(PictureFile, MoreThanSixtyFourMebibytesAreRefused) {
  const MemoryFile file({});
  ASSERT_EQ(ftruncate(file.fd(), static_cast<off_t>(kPictureFileBytesMax)), 0);
  EXPECT_TRUE(ReadPictureFile(file.fd()));
  ASSERT_EQ(ftruncate(file.fd(), static_cast<off_t>(kPictureFileBytesMax) + 1), 0);
  lseek(file.fd(), 0, SEEK_SET);
  EXPECT_EQ(ReadPictureFile(file.fd()).error().code, base::ErrorCode::kInvalidArgument);
}

TEST(PictureFile, AFolderIsAnError) {
  const int folder = open("/", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(ReadPictureFile(folder).error().code, base::ErrorCode::kNotFound);
  close(folder);
}

}  // namespace
}  // namespace sogoc::tools
