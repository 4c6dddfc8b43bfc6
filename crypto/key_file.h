#pragma once

// Private keys on disk: PKCS#8, encrypted with a passphrase (RFC 5958; PBES2 of RFC 8018 with
// scrypt N = 16384, r = 8, p = 1 of RFC 7914, and AES-256-CBC), in PEM. `openssl pkcs8 -in FILE`
// reads them, and files that it encrypted are read here. Every error names the path and never a
// secret.

#include <filesystem>

#include "crypto/ed25519.h"
#include "crypto/p256.h"
#include "crypto/secret.h"

namespace sogoc::crypto {

// Make a new key file; errors and durability as in CreatePrivateFile (crypto/private_file.h), and
//   kInvalidArgument  the passphrase is empty
// Takes about 50 ms and 16 MiB.
base::Status WriteKeyFile(const std::filesystem::path& path, const P256PrivateKey& key,
                          const SecretString& passphrase);
base::Status WriteKeyFile(const std::filesystem::path& path, const Ed25519PrivateKey& key,
                          const SecretString& passphrase);

// Read a key; errors as in ReadPrivateFile, and
//   kPermissionDenied    the passphrase does not fit (or the encrypted part is damaged: the two
//                        cannot be told apart)
//   kFailedPrecondition  the key is not encrypted, or of another kind than the one asked for
//   kCorrupt             not an encrypted PKCS#8 key
base::Result<P256PrivateKey> ReadP256KeyFile(const std::filesystem::path& path,
                                             const SecretString& passphrase);
base::Result<Ed25519PrivateKey> ReadEd25519KeyFile(const std::filesystem::path& path,
                                                   const SecretString& passphrase);

}  // namespace sogoc::crypto
