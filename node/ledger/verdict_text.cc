#include <algorithm>
#include <iterator>

#include "node/ledger/verdict.h"

namespace sogoc::ledger {
namespace {

using V = VerdictCode;

constexpr VerdictText kTexts[] = {
    {V::kMalformed, "MALFORMED", "Mã không đúng định dạng", "Not a valid code"},
    {V::kCannotVerify, "CANNOT_VERIFY", "Chưa thể kiểm chứng – hệ thống chưa đồng bộ",
     "Cannot verify now"},
    {V::kNotInSystem, "NOT_IN_SYSTEM", "Không có trong hệ thống – nghi hàng giả",
     "Not in the system: suspected counterfeit"},
    {V::kMismatch, "MISMATCH", "Thông tin trên tem không khớp sổ cái",
     "Printed data do not match the ledger"},
    {V::kNotActivated, "NOT_ACTIVATED", "Tem chưa được kích hoạt", "Label not activated"},
    {V::kStolenLost, "STOLEN_LOST", "Tem đã báo mất / bị đánh cắp",
     "Label reported lost or stolen"},
    {V::kRevoked, "REVOKED", "Tem đã bị thu hồi / hủy", "Label revoked"},
    {V::kRecalled, "RECALLED", "Lô hàng đang bị thu hồi – không sử dụng",
     "Batch recalled: do not use"},
    {V::kSuspectCopy, "SUSPECT_COPY", "Mã đã được xác thực trước đó – nghi tem bị sao chép",
     "Already verified: suspected copy"},
    {V::kSold, "SOLD", "Sản phẩm đã bán", "Already sold"},
    {V::kExpired, "EXPIRED", "Sản phẩm đã hết hạn sử dụng", "Product expired"},
    {V::kGenuineCertRevoked, "GENUINE_CERT_REVOKED", "Tem có thật; chứng nhận OCOP đã bị thu hồi",
     "Label real, OCOP certificate revoked"},
    {V::kGenuineCertExpired, "GENUINE_CERT_EXPIRED", "Tem có thật; chứng nhận OCOP đã hết hiệu lực",
     "Label real, certificate expired"},
    {V::kGenuineFirst, "GENUINE_FIRST", "Hàng chính hãng – xác thực lần đầu",
     "Genuine: first verification"},
    {V::kCodeIssued, "CODE_ISSUED",
     "Mã tem có thật trong sổ cái. QR có thể bị sao chép: hãy cào lớp phủ (nếu có) để xác thực",
     "Code was issued; a QR can be copied, scratch (where there is a layer) to verify"},
};

}  // namespace

const VerdictText& TextOf(VerdictCode code) { return kTexts[static_cast<std::size_t>(code)]; }

std::optional<VerdictCode> VerdictFromName(std::string_view name) {
  const auto* it = std::find_if(std::begin(kTexts), std::end(kTexts),
                                [&](const VerdictText& text) { return text.name == name; });
  return it == std::end(kTexts) ? std::nullopt : std::optional(it->code);
}

int ExitCodeOf(VerdictCode code) {
  switch (code) {
    case V::kCodeIssued:
    case V::kGenuineFirst:
    case V::kGenuineCertExpired:
      return 0;
    case V::kCannotVerify:
      return 2;
    default:
      return 1;
  }
}

}  // namespace sogoc::ledger
