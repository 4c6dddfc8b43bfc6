#pragma once

// The people and things of the test ledger (ledger_world.h founds it).
//
//   organisation       who                                        where
//   bo-nnmt            Ministry of Agriculture and Environment    VN
//   hd-tw              central council                            VN
//   vp-hatinh          province office                            42 Hà Tĩnh
//   ubnd-hatinh        People's Committee                         42
//   hd-hatinh          council                                    42
//   ubnd-huongson      district committee, until 2025-06-30;      439 Hương Sơn
//                      its successor is ubnd-hatinh
//   hd-huongson        district council                           439
//   thanhtra-hatinh    inspection agency                          42
//   htx-cam            producer: oranges, jam                     18196 Sơn Kim 1
//   ct-mam             producer: fish sauce                       18781 Kỳ Ninh, now Hải Ninh
//   tht-ca             producer: fish for the sauce               18754 Hưng Trí, now Sông Trí
//   in-hatinh          printer                                    42
//   cong-hatinh        gateway                                    42
//   vp-tuyenquang      province office                            08 Tuyên Quang
//   ubnd-tuyenquang    People's Committee                         08
//   hd-tuyenquang      council                                    08
//   ubnd-hagiang       People's Committee, until 2025-06-30;      02 Hà Giang
//                      its successor is ubnd-tuyenquang
//   hkd-che            producer: tea                              01171 Tân Quang, 02 then 08
//
// Each signs with the key named like itself.

#include <cstdint>

namespace sogoc::support {

inline constexpr char kCam[] = "08930101000017";  // of htx-cam
inline constexpr char kMut[] = "08930101000024";  // of htx-cam: made of kCam
inline constexpr char kMam[] = "08930202000015";  // of ct-mam: made of kCa
inline constexpr char kCa[] = "08930303000013";   // of tht-ca
inline constexpr char kChe[] = "08930888000019";  // of hkd-che: a code of its office
// Under the prefix of vp-hatinh, given to nobody.
inline constexpr char kFreeGtin[] = "08930999000014";

inline constexpr char kCamPrefix[] = "8930101";
inline constexpr char kHatinhPrefix[] = "8930999";
inline constexpr char kGln[] = "8930101000017";

}  // namespace sogoc::support
