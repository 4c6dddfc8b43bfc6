#pragma once

// The QR codes in a picture.

#include <cstddef>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "tools/qr/isolated.h"
#include "tools/qr/picture.h"

namespace sogoc::tools {

inline constexpr std::size_t kCodesMax = 4'096;
inline constexpr std::size_t kCodeTextBytesMax = 8'192;  // a QR code holds at most 7,089 characters

// The distinct texts (UTF-8) of the QR codes in a picture, sorted, kCodesMax at most. Codes may be
// turned, and a sheet of labels without gaps is read whole. Codes of about one size are expected:
// once some are found, the search goes on to smaller ones until it finds no more. Measured: a photo
// of 12 megapixels with one code 0.3 s, without any 1 to 3 s, a sheet of 200 codes 7 s, 100
// megapixels of noise 30 s. A picture that is made to be hard takes longer: call ReadCodesIsolated
// for pictures of strangers.
std::vector<std::string> ReadCodes(Picture picture);

// ReadCodes for a PNG or JPEG of a stranger: decoded and searched in a child process (RunIsolated).
// An empty answer means that the picture is sound and no code was found in it.
//   kNotFound          there is no such file
//   kPermissionDenied  it may not be opened
//   kInvalidArgument   no regular file, no picture (DecodePicture), or the child broke a limit
//   kUnavailable       no process to be had
base::Result<std::vector<std::string>> ReadCodesIsolated(const std::string& path,
                                                         const IsolationLimits& limits = {});

}  // namespace sogoc::tools
