// Producers, facilities, codes and products: I21.

#include <gtest/gtest.h>

#include "tests/support/scenario.h"

namespace sogoc::ledger {
namespace {

using namespace support::op;
using support::kCam;
using support::kFreeGtin;
using support::Scenario;

constexpr char kNextCam[] = "08930101000031";  // another code of htx-cam

// htx-moi, admitted, without a profile.
class Newcomer : public Scenario {
 public:
  Newcomer() {
    Accepts("vp-hatinh", AdmitOrganisation{.keys = {NewKey("htx-moi", "htx-moi", true)}},
            GrantRole{.organisation = "htx-moi"});
  }
};

// ---- I21

TEST(RulesTest, I21_AGtinHas14DigitsAndItsCheckDigit) {
  Scenario s;
  for (const char* bad : {"08930101000032", "8930101000031", "0893010100003", "0893010100003A"}) {
    s.Refuses(RefusalCode::kBadCheckDigit, "htx-cam", RegisterProduct{.gtin = bad});
  }
  s.Refuses(RefusalCode::kBadText, "htx-cam", RegisterProduct{.gtin = ""});
  s.Refuses(RefusalCode::kBadText, "htx-cam", RegisterProduct{.gtin = "089301010000310"});
  s.Refuses(RefusalCode::kBadCheckDigit, "vp-hatinh", AllocateCode{.gtin = "08930999000015"});
  s.Refuses(RefusalCode::kBadCheckDigit, "htx-cam", RegisterBatch{.gtin = "08930101000018"});
  s.Refuses(RefusalCode::kBadCheckDigit, "htx-cam",
            RegisterBatch{.inputs = {{.gtin = "08930101000018"}}});
  s.Accepts("htx-cam", RegisterProduct{.gtin = kNextCam});
}

TEST(RulesTest, I21_AGlnHas13DigitsAndItsCheckDigit) {
  Scenario s;
  for (const char* bad : {"8930101000018", "893010100001", "89301010000AA"}) {
    s.Refuses(RefusalCode::kBadCheckDigit, "vp-hatinh", AdmitOrganisation{.gln = bad});
    s.Refuses(RefusalCode::kBadCheckDigit, "htx-cam",
              RegisterFacility{.facility = "xuong-2", .gln = bad});
  }
  s.Accepts("htx-cam", RegisterFacility{.facility = "xuong-2", .gln = support::kGln});
}

TEST(RulesTest, I21_ALotHas1To20CharactersOfTheGs1Set) {
  Scenario s;
  for (const char* bad : {"123456789012345678901", "lô", "a b", "a#b", ".", ".."}) {
    s.Refuses(RefusalCode::kBadLot, "htx-cam", RegisterBatch{.lot = bad});
    s.Refuses(RefusalCode::kBadLot, "htx-cam", RegisterBatch{.inputs = {{.lot = bad}}});
  }
  s.Refuses(RefusalCode::kBadText, "htx-cam", RegisterBatch{.lot = ""});
  s.Accepts("htx-cam", RegisterBatch{.lot = "12345678901234567890"},
            RegisterBatch{.lot = "!\"%&'()*+,-./:;<=>?"});
}

TEST(RulesTest, I21_APrefixHas4To12Digits) {
  Scenario s;
  for (const char* bad : {"893", "89301A1"}) {
    s.Refuses(RefusalCode::kBadPrefix, "vp-hatinh", GrantPrefix{.prefix = bad});
  }
  s.Refuses(RefusalCode::kBadText, "vp-hatinh", GrantPrefix{.prefix = "8930101000017"});
  s.Accepts("vp-hatinh", GrantPrefix{.prefix = "8936"}, GrantPrefix{.prefix = "893500000001"});
}

// ---- Producers and facilities

TEST(ProductsTest, AProducerRegistersOnce) {
  Newcomer s;
  s.Refuses(RefusalCode::kUnknownProducer, "htx-moi", RegisterFacility{});
  s.Refuses(RefusalCode::kUnknownProducer, "htx-moi", RegisterProduct{});
  s.Accepts("htx-moi", RegisterProducer{});
  s.Refuses(RefusalCode::kProducerExists, "htx-moi", RegisterProducer{});
  const auto record = s.Read<ProducerRecord>(ProducerKey("htx-moi"));
  EXPECT_EQ(record.type, v1::COOPERATIVE);
  EXPECT_EQ(record.residences.size(), 1U);
  EXPECT_EQ(record.registered.organisation, "htx-moi");
}

TEST(ProductsTest, ResidencesRiseAndExist) {
  Newcomer s;
  const auto lives = [](std::vector<Residence> residences) {
    return RegisterProducer{.residences = std::move(residences)};
  };
  s.Refuses(RefusalCode::kBadNumber, "htx-moi", lives({}));
  s.Refuses(RefusalCode::kBadNumber, "htx-moi",
            lives(std::vector<Residence>(33, Residence{"18196", 20200101})));
  s.Refuses(RefusalCode::kBadDate, "htx-moi", lives({{"18196", 20210101}, {"18781", 20200101}}));
  s.Refuses(RefusalCode::kBadDate, "htx-moi", lives({{"18196", 20210101}, {"18781", 20210101}}));
  s.Refuses(RefusalCode::kFutureDate, "htx-moi", lives({{"18196", 20260111}}));
  s.Refuses(RefusalCode::kUnknownAdminUnit, "htx-moi", lives({{"18196", 20181231}}));
  s.Refuses(RefusalCode::kUnknownAdminUnit, "htx-moi", lives({{"18145", 20200101}}));  // ended
  s.Refuses(RefusalCode::kRoleMissing, "htx-moi", lives({{"01171", 20200101}}));       // elsewhere
  s.Accepts("htx-moi", lives({{"18145", 20200101}, {"18196", 20250701}}));
}

TEST(ProductsTest, FormIsChecked) {
  Newcomer s;
  s.Refuses(RefusalCode::kBadNumber, "htx-moi",
            RegisterProducer{.type = v1::PRODUCER_TYPE_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadText, "htx-moi", RegisterProducer{.legal_name = ""});
  s.Refuses(RefusalCode::kBadText, "htx-moi", RegisterProducer{.address = ""});
  s.Refuses(RefusalCode::kBadDigest, "htx-moi",
            RegisterProducer{.representative_digest = "Nguyễn Văn A"});
  s.Accepts("htx-moi", RegisterProducer{.representative_digest = ""});
  s.Refuses(RefusalCode::kBadText, "htx-moi", RegisterFacility{.facility = ""});
  s.Refuses(RefusalCode::kBadText, "htx-moi", RegisterFacility{.name = ""});
  s.Refuses(RefusalCode::kBadNumber, "htx-moi",
            RegisterFacility{.kind = v1::FACILITY_KIND_UNSPECIFIED});
  s.Refuses(RefusalCode::kBadText, "htx-moi", RegisterFacility{.zone_code = std::string(65, 'x')});
  s.Accepts("htx-moi", RegisterFacility{.kind = v1::GROWING_AREA,
                                        .zone_code = "VN-HTOR-0042",
                                        .area_square_metres = 12'000});
  s.Refuses(RefusalCode::kFacilityExists, "htx-moi", RegisterFacility{});
}

// ---- Codes

TEST(ProductsTest, AProductNeedsACodeOfItsProducer) {
  Scenario s;
  EXPECT_EQ(
      s.Refuses(RefusalCode::kGtinNotYours, "ct-mam", RegisterProduct{.gtin = kNextCam}).en(),
      "Code 08930101000031 is neither under a prefix recorded for ct-mam nor allocated to it");
  s.Refuses(RefusalCode::kGtinNotYours, "ct-mam", RegisterProduct{.gtin = kFreeGtin});
  s.Accepts("vp-hatinh", AllocateCode{.organisation = "ct-mam"});
  s.Refuses(RefusalCode::kGtinNotYours, "htx-cam", RegisterProduct{.gtin = kFreeGtin});
  s.Accepts("ct-mam", RegisterProduct{.gtin = kFreeGtin});
}

TEST(ProductsTest, AnOfficeAllocatesCodesOfItsOwnPrefix) {
  Scenario s;
  s.Refuses(RefusalCode::kNotOfficePrefix, "vp-hatinh", AllocateCode{.gtin = kNextCam});
  s.Refuses(RefusalCode::kNotOfficePrefix, "vp-hatinh", AllocateCode{.gtin = support::kChe});
  s.Accepts("vp-hatinh", AllocateCode{});
  s.Refuses(RefusalCode::kCodeTaken, "vp-hatinh", AllocateCode{.organisation = "ct-mam"});
  s.Refuses(RefusalCode::kUnknownOrganisation, "vp-hatinh", AllocateCode{.organisation = "ai-do"});
}

TEST(ProductsTest, APrefixIsGrantedOnceAndNotWithinAnother) {
  Scenario s;
  EXPECT_EQ(s.Refuses(RefusalCode::kPrefixTaken, "vp-hatinh",
                      GrantPrefix{.organisation = "ct-mam", .prefix = support::kCamPrefix})
                .en(),
            "Prefix 8930101 is already recorded for htx-cam");
  s.Refuses(RefusalCode::kPrefixTaken, "vp-hatinh",
            GrantPrefix{.organisation = "ct-mam", .prefix = "893010100003"});
  s.Refuses(RefusalCode::kPrefixTaken, "vp-tuyenquang",
            GrantPrefix{.organisation = "hkd-che", .prefix = "89301010"});
  s.Refuses(RefusalCode::kUnknownOrganisation, "vp-hatinh", GrantPrefix{.organisation = "ai-do"});
  // Around it: the longer one keeps its codes.
  s.Accepts("vp-tuyenquang", GrantPrefix{.organisation = "hkd-che", .prefix = "89301"});
  s.Accepts("htx-cam", RegisterProduct{.gtin = kNextCam});
}

TEST(ProductsTest, TheFirstDigitOfAGtinIsNotPartOfThePrefix) {
  Scenario s;
  s.Accepts("htx-cam", RegisterProduct{.gtin = "18930101000014"});  // a case of kCam
}

// ---- Products

TEST(ProductsTest, AProductIsRegisteredOnce) {
  Scenario s;
  s.Refuses(RefusalCode::kProductExists, "htx-cam", RegisterProduct{});
  const auto record = s.Read<ProductRecord>(ProductKey(kCam));
  EXPECT_EQ(record.producer, "htx-cam");
  EXPECT_EQ(record.next_serial, 1U);
  EXPECT_TRUE(record.certificates.empty());
}

TEST(ProductsTest, AProductsGroupIsOfItsVocabulary) {
  Scenario s;
  EXPECT_EQ(s.Refuses(RefusalCode::kUnknownGroup, "htx-cam",
                      RegisterProduct{.gtin = kNextCam, .vocabulary = 1, .group = "duoc-lieu"})
                .vi(),
            "Bộ nhóm sản phẩm số 1 không có nhóm duoc-lieu");
  s.Refuses(RefusalCode::kUnknownVocabulary, "htx-cam",
            RegisterProduct{.gtin = kNextCam, .vocabulary = 9});
  s.Accepts("htx-cam", RegisterProduct{.gtin = kNextCam, .vocabulary = 1, .group = "thao-duoc"});
}

TEST(ProductsTest, FormOfAProductIsChecked) {
  Scenario s;
  s.Refuses(RefusalCode::kBadText, "htx-cam", RegisterProduct{.gtin = kNextCam, .name = ""});
  s.Refuses(RefusalCode::kBadText, "htx-cam",
            RegisterProduct{.gtin = kNextCam, .brand = std::string(201, 'x')});
  s.Refuses(RefusalCode::kBadDigest, "htx-cam",
            RegisterProduct{.gtin = kNextCam, .picture = "anh.jpg"});
  s.Refuses(RefusalCode::kBadText, "htx-cam", RegisterProduct{.gtin = kNextCam, .standards = {""}});
  s.Refuses(
      RefusalCode::kListTooLong, "htx-cam",
      RegisterProduct{.gtin = kNextCam, .standards = std::vector<std::string>(33, "VietGAP")});
  s.Accepts("htx-cam", RegisterProduct{.gtin = kNextCam,
                                       .picture = "",
                                       .standards = std::vector<std::string>(32, "VietGAP")});
}

}  // namespace
}  // namespace sogoc::ledger
