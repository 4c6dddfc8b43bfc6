#pragma once

namespace sogoc::load {

// P-256 signatures that OpenSSL verifies in a second on one core, with a key that is parsed once;
// measured for `seconds`.
double OpenSslVerifyRate(double seconds);

}  // namespace sogoc::load
