#include "tests/support/ledger_world.h"

#include "node/base/time.h"
#include "node/ledger/entry.h"

namespace sogoc::support {
namespace {

constexpr std::uint32_t kSince = 20190101;
constexpr std::uint32_t kLastDistrictDay = 20250630;

struct Body {
  const char* id;
  const char* name;
  v1::OrganisationKind kind;
  const char* unit;
  v1::Role role;
  bool until_reform = false;  // a body that ended with the districts
};

constexpr Body kFounders[] = {
    {"bo-nnmt", "Bộ Nông nghiệp và Môi trường", v1::COMMITTEE, "VN", v1::DECIDE},
    {"hd-tw", "Hội đồng OCOP Trung ương", v1::COUNCIL, "VN", v1::SCORE},
    {"ubnd-hatinh", "UBND tỉnh Hà Tĩnh", v1::COMMITTEE, "42", v1::DECIDE},
    {"ubnd-tuyenquang", "UBND tỉnh Tuyên Quang", v1::COMMITTEE, "08", v1::DECIDE},
    {"vp-hatinh", "Văn phòng điều phối NTM tỉnh Hà Tĩnh", v1::PROVINCE_OFFICE, "42", v1::OFFICE},
    {"vp-tuyenquang", "Văn phòng điều phối NTM tỉnh Tuyên Quang", v1::PROVINCE_OFFICE, "08",
     v1::OFFICE},
};
constexpr Body kOfHatinh[] = {
    {"hd-hatinh", "Hội đồng OCOP tỉnh Hà Tĩnh", v1::COUNCIL, "42", v1::SCORE},
    {"ubnd-huongson", "UBND huyện Hương Sơn", v1::COMMITTEE, "439", v1::DECIDE, true},
    {"hd-huongson", "Hội đồng OCOP huyện Hương Sơn", v1::COUNCIL, "439", v1::SCORE, true},
    {"thanhtra-hatinh", "Chi cục Quản lý chất lượng Hà Tĩnh", v1::INSPECTION_AGENCY, "42",
     v1::INSPECT},
    {"htx-cam", "Hợp tác xã cam Sơn Kim", v1::PRODUCER, "18196", v1::PRODUCE},
    {"ct-mam", "Công ty nước mắm Kỳ Ninh", v1::PRODUCER, "18781", v1::PRODUCE},
    {"tht-ca", "Tổ hợp tác khai thác Kỳ Anh", v1::PRODUCER, "18754", v1::PRODUCE},
    {"in-hatinh", "Nhà in Hà Tĩnh", v1::PRINTER, "42", v1::PRINT},
    {"cong-hatinh", "Cổng truy xuất Hà Tĩnh", v1::GATEWAY_OPERATOR, "42", v1::GATEWAY},
};
constexpr Body kOfTuyenquang[] = {
    {"hd-tuyenquang", "Hội đồng OCOP tỉnh Tuyên Quang", v1::COUNCIL, "08", v1::SCORE},
    {"ubnd-hagiang", "UBND tỉnh Hà Giang", v1::COMMITTEE, "02", v1::DECIDE, true},
    {"hkd-che", "Hộ kinh doanh chè Tân Quang", v1::PRODUCER, "01171", v1::PRODUCE},
};

std::vector<op::AdminUnit> AdminUnits() {
  return {
      {"VN", "Việt Nam", v1::COUNTRY, ""},
      {"42", "Tỉnh Hà Tĩnh", v1::PROVINCE, "VN"},
      {"439", "Huyện Hương Sơn", v1::DISTRICT, "42", kSince, kLastDistrictDay},
      {"449", "Thị xã Kỳ Anh", v1::DISTRICT, "42", kSince, kLastDistrictDay},
      {"18145", "Xã Sơn Lâm", v1::COMMUNE, "439", kSince, kLastDistrictDay},
      {"18196", "Xã Sơn Kim 1", v1::COMMUNE, "439", kSince, kLastDistrictDay},
      {"18196", "Xã Sơn Kim 1", v1::COMMUNE, "42", kReform},
      {"18754", "Phường Hưng Trí", v1::COMMUNE, "449", kSince, kLastDistrictDay},
      {"18754", "Phường Sông Trí", v1::COMMUNE, "42", kReform},
      {"18781", "Xã Kỳ Ninh", v1::COMMUNE, "449", kSince, kLastDistrictDay},
      {"18781", "Phường Hải Ninh", v1::COMMUNE, "42", kReform},
      {"08", "Tỉnh Tuyên Quang", v1::PROVINCE, "VN"},
      {"072", "Huyện Na Hang", v1::DISTRICT, "08", kSince, kLastDistrictDay},
      {"02221", "Thị trấn Na Hang", v1::COMMUNE, "072", kSince, kLastDistrictDay},
      {"02221", "Xã Nà Hang", v1::COMMUNE, "08", kReform},
      {"02", "Tỉnh Hà Giang", v1::PROVINCE, "VN", kSince, kLastDistrictDay, {"08"}},
      {"034", "Huyện Bắc Quang", v1::DISTRICT, "02", kSince, kLastDistrictDay},
      {"01171", "Xã Tân Quang", v1::COMMUNE, "034", kSince, kLastDistrictDay},
      {"01171", "Xã Tân Quang", v1::COMMUNE, "08", kReform},
  };
}

v1::Regime MakeRegime(const char* name, std::uint32_t from, v1::AdminLevel three_star,
                      std::uint32_t part_a, std::uint32_t part_b, std::uint32_t part_c) {
  v1::Regime regime;
  regime.set_name(name);
  regime.set_effective_from(from);
  const auto add = [&regime](std::uint32_t star, v1::AdminLevel level, std::uint32_t score_min) {
    v1::StarLevel& added = *regime.add_stars();
    added.set_star(star);
    added.set_level(level);
    added.set_score_min(score_min);
  };
  add(3, three_star, 5000);
  add(4, v1::PROVINCE, 7000);
  add(5, v1::COUNTRY, 9000);
  regime.set_part_a_max(part_a);
  regime.set_part_b_max(part_b);
  regime.set_part_c_max(part_c);
  regime.set_validity_months(36);
  return regime;
}

v1::Vocabulary MakeVocabulary(std::uint32_t version, const char* name, std::uint32_t from,
                              std::initializer_list<std::pair<const char*, const char*>> groups) {
  v1::Vocabulary vocabulary;
  vocabulary.set_version(version);
  vocabulary.set_name(name);
  vocabulary.set_effective_from(from);
  for (const auto& [code, group] : groups) {
    v1::ProductGroup& added = *vocabulary.add_groups();
    added.set_code(code);
    added.set_name(group);
  }
  return vocabulary;
}

op::AdmitOrganisation Admission(const Body& body, const base::Digest& ledger_id, bool has_key) {
  op::AdmitOrganisation admission{body.id, body.name, body.kind, body.unit};
  if (has_key) {
    admission.keys = {ledger::MakeNewKey(ledger_id, body.id, KeyOf(body.id), /*manages=*/true)};
  }
  return admission;
}

FirstEntry Admissions(const char* office, std::span<const Body> bodies, bool districts,
                      const base::Digest& ledger_id) {
  FirstEntry entry{office, {}};
  for (const Body& body : bodies) {
    const bool alive = districts || !body.until_reform;
    entry.operations.push_back(Admission(body, ledger_id, alive));
    if (alive) {
      const bool commune = body.kind == v1::PRODUCER;
      const std::string scope = !commune                             ? body.unit
                                : std::string(office) == "vp-hatinh" ? "42"
                                : districts                          ? "02"
                                                                     : "08";
      entry.operations.push_back(op::GrantRole{body.id, body.role, scope});
    }
  }
  return entry;
}

FirstEntry Producer(const char* id, v1::ProducerType type, const char* name, const char* commune,
                    op::RegisterProduct product) {
  return {
      id,
      {op::RegisterProducer{.type = type, .legal_name = name, .residences = {{commune, kSince}}},
       op::RegisterFacility{.commune = commune}, product}};
}

}  // namespace

v1::Peer PeerMessage(int number) {
  constexpr const char* kOrganisations[] = {"vp-hatinh", "ubnd-hatinh", "bo-nnmt"};
  const std::string name = "peer" + std::to_string(number);
  v1::Peer peer;
  peer.set_name(name + ".example");
  peer.set_organisation(kOrganisations[(number - 1) % 3]);
  peer.set_log_key(base::ToText(Ed25519Of(name + "/log").public_key()));
  peer.set_cosigner_key(base::ToText(Ed25519Of(name + "/cosigner").public_key()));
  peer.set_tls_key_hash(Hash(name + "/tls"));
  peer.set_validator_key(base::ToText(Ed25519Of(name + "/validator").public_key()));
  peer.add_endpoints("https://" + name + ".example");
  return peer;
}

v1::RegimeTable Regimes() {
  v1::RegimeTable table;
  *table.add_regimes() = MakeRegime("QĐ 1048/QĐ-TTg", 20190821, v1::PROVINCE, 3500, 2500, 4000);
  *table.add_regimes() = MakeRegime("QĐ 148/QĐ-TTg", 20230224, v1::DISTRICT, 4000, 2500, 3500);
  *table.add_regimes() =
      MakeRegime("QĐ 148/QĐ-TTg (QĐ 1489)", 20250706, v1::PROVINCE, 4000, 2500, 3500);
  return table;
}

v1::Vocabulary GroupsOf2023() {
  return MakeVocabulary(2, "6 nhóm theo QĐ 148", 20230224,
                        {{"thuc-pham", "Thực phẩm"},
                         {"do-uong", "Đồ uống"},
                         {"duoc-lieu", "Dược liệu và sản phẩm từ dược liệu"},
                         {"thu-cong", "Hàng thủ công mỹ nghệ"},
                         {"sinh-vat-canh", "Sinh vật cảnh"},
                         {"du-lich", "Dịch vụ du lịch cộng đồng"}});
}

v1::Found FoundMessage(const WorldOptions& options) {
  v1::Found found;
  found.set_name("hatinh");
  found.set_founded_at(base::StartOf(options.founded) + 8 * 3600 * base::kNsPerSecond);
  for (const Body& body : kFounders) {
    *found.add_organisations() = Admission(body, base::Digest{}, true).Message();
    *found.add_roles() = op::GrantRole{body.id, body.role, body.unit}.Message();
  }
  if (options.founded < kReform) {
    *found.add_roles() = op::GrantRole{"vp-tuyenquang", v1::OFFICE, "02"}.Message();
  }
  for (int i = 1; i <= options.peers; ++i) *found.add_peers() = PeerMessage(i);
  for (const std::string& approver : options.approvers) {
    found.mutable_governance()->add_approvers(approver);
  }
  found.mutable_governance()->set_threshold(options.threshold);
  found.mutable_parameters()->set_scan_count_max(50);
  found.mutable_parameters()->set_scan_days_min(10);
  found.mutable_parameters()->set_checkpoint_age_max_seconds(600);
  found.mutable_parameters()->set_attested_after_days(30);
  *found.mutable_regimes() = Regimes();
  *found.add_vocabularies() = MakeVocabulary(1, "6 nhóm theo QĐ 1048", 20190821,
                                             {{"thuc-pham", "Thực phẩm"},
                                              {"do-uong", "Đồ uống"},
                                              {"thao-duoc", "Thảo dược"},
                                              {"vai", "Vải và may mặc"},
                                              {"luu-niem", "Lưu niệm, nội thất, trang trí"},
                                              {"du-lich", "Dịch vụ du lịch nông thôn"}});
  *found.add_vocabularies() = GroupsOf2023();
  for (const op::AdminUnit& unit : AdminUnits()) *found.add_admin_units() = unit.Message();
  return found;
}

std::vector<std::vector<FirstEntry>> FirstBlocks(const WorldOptions& options,
                                                 const base::Digest& ledger_id) {
  const bool districts = options.founded < kReform;
  FirstEntry hatinh = Admissions("vp-hatinh", kOfHatinh, districts, ledger_id);
  FirstEntry tuyenquang = Admissions("vp-tuyenquang", kOfTuyenquang, districts, ledger_id);
  if (!districts) {
    hatinh.operations.push_back(op::NameSuccessor{"ubnd-huongson", "ubnd-hatinh"});
    tuyenquang.operations.push_back(op::NameSuccessor{"ubnd-hagiang", "ubnd-tuyenquang"});
  }
  hatinh.operations.push_back(op::RecordResolver{});
  hatinh.operations.push_back(op::GrantPrefix{"htx-cam", kCamPrefix});
  hatinh.operations.push_back(op::GrantPrefix{"ct-mam", "8930202"});
  hatinh.operations.push_back(op::GrantPrefix{"tht-ca", "8930303"});
  hatinh.operations.push_back(op::GrantPrefix{"vp-hatinh", kHatinhPrefix});
  tuyenquang.operations.push_back(op::GrantPrefix{"vp-tuyenquang", "8930888"});
  tuyenquang.operations.push_back(op::AllocateCode{"hkd-che", kChe});

  FirstEntry cam = Producer("htx-cam", v1::COOPERATIVE, "HTX cam Sơn Kim", "18196", {});
  cam.operations.push_back(op::RegisterProduct{.gtin = kMut, .name = "Mứt cam Hương Sơn"});
  return {{std::move(hatinh), std::move(tuyenquang)},
          {std::move(cam),
           Producer("ct-mam", v1::ENTERPRISE, "Công ty nước mắm Kỳ Ninh", "18781",
                    {.gtin = kMam, .name = "Nước mắm Kỳ Ninh"}),
           Producer("tht-ca", v1::COOPERATIVE_GROUP, "Tổ hợp tác Kỳ Anh", "18754",
                    {.gtin = kCa, .name = "Cá cơm"}),
           Producer("hkd-che", v1::HOUSEHOLD, "Hộ kinh doanh chè Tân Quang", "01171",
                    {.gtin = kChe, .name = "Chè Shan tuyết", .group = "do-uong"})}};
}

}  // namespace sogoc::support
