#include "crypto/key_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <array>
#include <utility>

#include "crypto/openssl_handles.h"
#include "crypto/private_file.h"
#include "crypto/random.h"

namespace sogoc::crypto {
namespace {

using base::Result;
using base::Status;
using std::filesystem::path;

constexpr std::uint64_t kScryptN = 16'384;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::string_view kEncryptedLabel = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
constexpr std::string_view kPlainLabelEnd = "PRIVATE KEY-----";

using BioPtr = std::unique_ptr<BIO, OpenSslDeleter<BIO_free_all>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, OpenSslDeleter<X509_ALGOR_free>>;
using EncryptedKeyPtr = std::unique_ptr<X509_SIG, OpenSslDeleter<X509_SIG_free>>;
using KeyInfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslDeleter<PKCS8_PRIV_KEY_INFO_free>>;

EncryptedKeyPtr Encrypt(EVP_PKEY* pkey, const SecretString& passphrase) {
  const KeyInfoPtr info(EVP_PKEY2PKCS8(pkey));
  std::array<std::uint8_t, kSaltSize> salt;
  FillRandom(salt);
  AlgorithmPtr algorithm(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt.data(), salt.size(), nullptr,
                                               kScryptN, kScryptR, kScryptP));
  Must(info && algorithm, "preparing the encryption of a key");
  EncryptedKeyPtr encrypted(PKCS8_set0_pbe(passphrase.view().data(),
                                           static_cast<int>(passphrase.view().size()), info.get(),
                                           algorithm.get()));
  Must(encrypted != nullptr, "encrypting a key");
  static_cast<void>(algorithm.release());  // is part of `encrypted` now
  return encrypted;
}

Status Write(const path& file, EVP_PKEY* pkey, const SecretString& passphrase) {
  if (passphrase.empty()) {
    return base::InvalidArgument(file.string() + ": a key file needs a passphrase");
  }
  const EncryptedKeyPtr encrypted = Encrypt(pkey, passphrase);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  Must(bio && PEM_write_bio_PKCS8(bio.get(), encrypted.get()) == 1, "writing PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return CreatePrivateFile(file, {text, static_cast<std::size_t>(size)});
}

Result<EncryptedKeyPtr> ReadEncrypted(const path& file) {
  TRY(const SecretString content, ReadPrivateFile(file));
  const std::string_view text = content.view();
  if (text.find(kEncryptedLabel) == std::string_view::npos &&
      text.find(kPlainLabelEnd) != std::string_view::npos) {
    return base::FailedPrecondition(file.string() +
                                    " holds a key that is not encrypted as PKCS#8: openssl pkcs8 "
                                    "-topk8 -scrypt -in " +
                                    file.string() + " -out NEW");
  }
  const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  EncryptedKeyPtr encrypted(PEM_read_bio_PKCS8(bio.get(), nullptr, nullptr, nullptr));
  if (!encrypted) {
    ERR_clear_error();
    return base::Corrupt(file.string() + " is not an encrypted PKCS#8 key, or damaged");
  }
  return encrypted;
}

Result<PkeyPtr> Read(const path& file, const SecretString& passphrase) {
  TRY(const EncryptedKeyPtr encrypted, ReadEncrypted(file));
  const KeyInfoPtr info(PKCS8_decrypt(encrypted.get(), passphrase.view().data(),
                                      static_cast<int>(passphrase.view().size())));
  PkeyPtr pkey(info ? EVP_PKCS82PKEY(info.get()) : nullptr);
  if (!pkey) {
    ERR_clear_error();
    return base::PermissionDenied("wrong passphrase for " + file.string() +
                                  ", or the file is damaged");
  }
  return pkey;
}

template <class Key>
Result<Key> ReadAs(const path& file, const SecretString& passphrase, const char* kind) {
  TRY(PkeyPtr pkey, Read(file, passphrase));
  std::optional<Key> key = Key::FromHandle(std::make_unique<typename Key::Handle>(std::move(pkey)));
  if (!key) return base::FailedPrecondition(file.string() + " does not hold a key for " + kind);
  return *std::move(key);
}

}  // namespace

Status WriteKeyFile(const path& file, const P256PrivateKey& key, const SecretString& passphrase) {
  return Write(file, key.handle().pkey.get(), passphrase);
}

Status WriteKeyFile(const path& file, const Ed25519PrivateKey& key,
                    const SecretString& passphrase) {
  return Write(file, key.handle().pkey.get(), passphrase);
}

Result<P256PrivateKey> ReadP256KeyFile(const path& file, const SecretString& passphrase) {
  return ReadAs<P256PrivateKey>(file, passphrase, "P-256");
}

Result<Ed25519PrivateKey> ReadEd25519KeyFile(const path& file, const SecretString& passphrase) {
  return ReadAs<Ed25519PrivateKey>(file, passphrase, "Ed25519");
}

}  // namespace sogoc::crypto
