#pragma once

namespace sogoc::load {

// P-256 signatures that OpenSSL verifies in a second on one core, with a key that is parsed once.
// Takes two seconds.
double OpenSslVerifyRate();

}  // namespace sogoc::load
