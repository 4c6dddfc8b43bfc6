#pragma once

#include <string>

namespace sogoc::support {

// PEM texts.
struct Certificate {
  std::string certificate;
  std::string private_key;
};

// A self-signed P-256 certificate, valid for an hour. `names` as OpenSSL writes them:
// "DNS:localhost,IP:127.0.0.1".
Certificate MakeCertificate(const std::string& names);

}  // namespace sogoc::support
