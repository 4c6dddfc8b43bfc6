#include "crypto/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "crypto/passphrase.h"
#include "crypto/private_file.h"

namespace sogoc::crypto {
namespace {

using base::AsBytes;
using base::ErrorCode;
using testing::HasSubstr;
namespace fs = std::filesystem;

class KeyFile : public testing::Test {
 protected:
  KeyFile() {
    std::string name = testing::TempDir() + "sogoc-keys-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~KeyFile() override { fs::remove_all(folder_); }

  fs::path At(const std::string& name) const { return folder_ / name; }
  fs::path Make(const std::string& name, const std::string& content, mode_t mode = 0600) const {
    std::ofstream(At(name), std::ios::binary) << content;
    chmod(At(name).c_str(), mode);
    return At(name);
  }
  static std::string Read(const fs::path& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
  }
  // The exit code of a shell command that finds the test's folder in $D.
  int Shell(const std::string& command) const {
    const std::string line = "D='" + folder_.string() + "'; { " + command + "; } >/dev/null 2>&1";
    return std::system(line.c_str());
  }

  const SecretString passphrase_{"mật khẩu của phường"};
  fs::path folder_;
};

template <class T>
void ExpectError(const base::Result<T>& result, ErrorCode code, const std::string& part) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_THAT(result.error().message, HasSubstr(part));
}

TEST_F(KeyFile, P256KeyComesBack) {
  const P256PrivateKey key = P256PrivateKey::Generate();
  ASSERT_TRUE(WriteKeyFile(At("p256"), key, passphrase_).has_value());
  const auto read = ReadP256KeyFile(At("p256"), passphrase_);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->public_key(), key.public_key());
  const P256Signature signature = read->Sign(SignatureKind::kEntry, AsBytes("m"));
  EXPECT_TRUE(VerifyP256(key.public_key(), SignatureKind::kEntry, AsBytes("m"), signature));
}

TEST_F(KeyFile, Ed25519KeyComesBack) {
  const Ed25519PrivateKey key = Ed25519PrivateKey::Generate();
  ASSERT_TRUE(WriteKeyFile(At("ed"), key, passphrase_).has_value());
  const auto read = ReadEd25519KeyFile(At("ed"), passphrase_);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->Sign(AsBytes("m")), key.Sign(AsBytes("m")));
}

TEST_F(KeyFile, FileIsPrivateEncryptedAndAlone) {
  ASSERT_TRUE(WriteKeyFile(At("key"), Ed25519PrivateKey::Generate(), passphrase_).has_value());
  struct stat status {};
  ASSERT_EQ(stat(At("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(status.st_nlink, 1U);
  EXPECT_THAT(Read(At("key")), testing::StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(KeyFile, ExistingFileIsNeverOverwritten) {
  Make("key", "precious");
  ExpectError(WriteKeyFile(At("key"), P256PrivateKey::Generate(), passphrase_),
              ErrorCode::kFailedPrecondition, At("key").string() + " exists already");
  EXPECT_EQ(Read(At("key")), "precious");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(KeyFile, EmptyPassphraseAndMissingFolderAreRefused) {
  const auto key = Ed25519PrivateKey::Generate();
  ExpectError(WriteKeyFile(At("key"), key, SecretString()), ErrorCode::kInvalidArgument, "key");
  ExpectError(WriteKeyFile(At("no/key"), key, passphrase_), ErrorCode::kUnavailable, "no/key");
}

TEST_F(KeyFile, OpensslReadsOurFilesAndWeReadItsFiles) {
  const P256PrivateKey p256 = P256PrivateKey::Generate();
  const Ed25519PrivateKey ed25519 = Ed25519PrivateKey::Generate();
  ASSERT_TRUE(WriteKeyFile(At("p256"), p256, SecretString("x")).has_value());
  ASSERT_TRUE(WriteKeyFile(At("ed"), ed25519, SecretString("x")).has_value());
  EXPECT_EQ(Shell("openssl pkcs8 -in $D/p256 -passin pass:x -out $D/plain"), 0);
  EXPECT_EQ(Shell("openssl pkcs8 -in $D/ed -passin pass:x"), 0);
  EXPECT_NE(Shell("openssl pkcs8 -in $D/p256 -passin pass:y"), 0);
  EXPECT_EQ(Shell("openssl asn1parse -in $D/p256 | tee $D/asn1 && grep -q 'scrypt' $D/asn1 && "
                  "grep -q 'aes-256-cbc' $D/asn1"),
            0);

  EXPECT_EQ(Shell("umask 077; openssl pkcs8 -topk8 -in $D/plain -passout pass:z -out $D/theirs"),
            0);
  const auto theirs = ReadP256KeyFile(At("theirs"), SecretString("z"));
  ASSERT_TRUE(theirs.has_value());
  EXPECT_EQ(theirs->public_key(), p256.public_key());

  chmod(At("plain").c_str(), 0600);
  ExpectError(ReadP256KeyFile(At("plain"), SecretString("x")), ErrorCode::kFailedPrecondition,
              At("plain").string() + " holds a key that is not encrypted");
}

TEST_F(KeyFile, WrongPassphraseIsAnError) {
  ASSERT_TRUE(WriteKeyFile(At("key"), P256PrivateKey::Generate(), passphrase_).has_value());
  ExpectError(ReadP256KeyFile(At("key"), SecretString("guess")), ErrorCode::kPermissionDenied,
              "wrong passphrase for " + At("key").string());
  ExpectError(ReadP256KeyFile(At("key"), SecretString()), ErrorCode::kPermissionDenied,
              "wrong passphrase for " + At("key").string());
}

TEST_F(KeyFile, KeyOfAnotherKindIsAnError) {
  ASSERT_TRUE(WriteKeyFile(At("ed"), Ed25519PrivateKey::Generate(), passphrase_).has_value());
  ASSERT_TRUE(WriteKeyFile(At("p256"), P256PrivateKey::Generate(), passphrase_).has_value());
  ASSERT_EQ(
      Shell("umask 077; openssl ecparam -name secp384r1 -genkey -noout | openssl pkcs8 -topk8 "
            "-passout pass:x -out $D/p384"),
      0);
  ExpectError(ReadP256KeyFile(At("ed"), passphrase_), ErrorCode::kFailedPrecondition, "P-256");
  ExpectError(ReadEd25519KeyFile(At("p256"), passphrase_), ErrorCode::kFailedPrecondition,
              "Ed25519");
  ExpectError(ReadP256KeyFile(At("p384"), SecretString("x")), ErrorCode::kFailedPrecondition,
              "P-256");
}

TEST_F(KeyFile, FileThatOthersMayUseIsRefused) {
  ASSERT_TRUE(WriteKeyFile(At("key"), P256PrivateKey::Generate(), passphrase_).has_value());
  for (const mode_t mode : {0640U, 0604U, 0620U, 0601U}) {
    ASSERT_EQ(chmod(At("key").c_str(), mode), 0);
    ExpectError(ReadP256KeyFile(At("key"), passphrase_), ErrorCode::kPermissionDenied,
                "chmod 600 " + At("key").string());
  }
}

TEST_F(KeyFile, MissingDamagedOrOddFilesAreErrors) {
  ExpectError(ReadP256KeyFile(At("none"), passphrase_), ErrorCode::kNotFound, At("none").string());
  ExpectError(ReadP256KeyFile(Make("empty", ""), passphrase_), ErrorCode::kCorrupt, "empty");
  ExpectError(ReadP256KeyFile(Make("noise", std::string(100, '\x01')), passphrase_),
              ErrorCode::kCorrupt, "noise");
  ExpectError(ReadP256KeyFile(Make("large", std::string(70'000, 'x')), passphrase_),
              ErrorCode::kCorrupt, "too large");
  fs::create_directory(At("folder"));
  chmod(At("folder").c_str(), 0700);
  ExpectError(ReadP256KeyFile(At("folder"), passphrase_), ErrorCode::kCorrupt, "regular file");
  ASSERT_EQ(mkfifo(At("fifo").c_str(), 0600), 0);
  ExpectError(ReadP256KeyFile(At("fifo"), passphrase_), ErrorCode::kCorrupt, "regular file");
}

TEST_F(KeyFile, DamageIsAlwaysNoticed) {
  const P256PrivateKey key = P256PrivateKey::Generate();
  ASSERT_TRUE(WriteKeyFile(At("key"), key, passphrase_).has_value());
  const std::string good = Read(At("key"));
  EXPECT_FALSE(ReadP256KeyFile(Make("short", good.substr(0, good.size() / 2)), passphrase_));
  for (std::size_t i = 40; i < good.size(); i += 41) {
    std::string bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    const auto read = ReadP256KeyFile(Make("bad", bad), passphrase_);
    EXPECT_FALSE(read.has_value()) << "byte " << i;
  }
}

TEST_F(KeyFile, PassphraseFileHoldsOnePrivateLine) {
  const auto text = [](const fs::path& path) {
    const auto read = ReadPassphraseFile(path);
    return read ? std::string(read->view()) : read.error().message;
  };
  EXPECT_EQ(text(Make("a", "bí mật\n")), "bí mật");
  EXPECT_EQ(text(Make("b", "bí mật")), "bí mật");
  EXPECT_EQ(text(Make("c", " with blanks \r\n")), " with blanks ");
  ExpectError(ReadPassphraseFile(Make("d", "")), ErrorCode::kInvalidArgument, "no passphrase");
  ExpectError(ReadPassphraseFile(Make("e", "\n")), ErrorCode::kInvalidArgument, "no passphrase");
  ExpectError(ReadPassphraseFile(Make("f", "a\nb\n")), ErrorCode::kInvalidArgument, "one line");
  ExpectError(ReadPassphraseFile(Make("g", std::string(1'024, 'x'))), ErrorCode::kInvalidArgument,
              "one line");
  ExpectError(ReadPassphraseFile(Make("h", "secret\n", 0644)), ErrorCode::kPermissionDenied,
              "chmod 600");
  ExpectError(ReadPassphraseFile(At("none")), ErrorCode::kNotFound, "none");
}

// -1 if a signal ended it.
int ExitCodeOf(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string ReadUntil(int descriptor, const std::string& end) {
  std::string seen;
  char byte = 0;
  while (!seen.ends_with(end) && read(descriptor, &byte, 1) == 1) seen.push_back(byte);
  return seen;
}

// OpenSSL prints the prompt before it switches the echo off; a person is slower, a test is not.
bool EchoGoesOff(int terminal) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  termios mode{};
  while (tcgetattr(terminal, &mode) == 0 && std::chrono::steady_clock::now() < end) {
    if ((mode.c_lflag & ECHO) == 0) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST(Passphrase, IsTypedAtTheTerminalWithoutEcho) {
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto typed = PromptPassphrase("Passphrase: ");
    const bool same = typed && typed->view() == "sổ gốc";
    constexpr std::string_view kDone = "done\n";
    _exit(write(STDOUT_FILENO, kDone.data(), kDone.size()) > 0 && same ? 0 : 1);
  }
  EXPECT_THAT(ReadUntil(terminal, "Passphrase: "), HasSubstr("Passphrase: "));
  EXPECT_TRUE(EchoGoesOff(terminal));
  constexpr std::string_view kTyped = "sổ gốc\n";
  ASSERT_EQ(write(terminal, kTyped.data(), kTyped.size()), static_cast<ssize_t>(kTyped.size()));
  EXPECT_THAT(ReadUntil(terminal, "done\r\n"), testing::Not(HasSubstr("g")));
  EXPECT_EQ(ExitCodeOf(child), 0);
  close(terminal);
}

TEST(Passphrase, WithoutATerminalIsAnError) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    setsid();
    const auto typed = PromptPassphrase("Passphrase: ");
    _exit(!typed && typed.error().code == ErrorCode::kFailedPrecondition ? 0 : 1);
  }
  EXPECT_EQ(ExitCodeOf(child), 0);
}

TEST(CoreDumps, AreSwitchedOff) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    rlimit limit{1, 1};
    const bool off = DisableCoreDumps().has_value() && getrlimit(RLIMIT_CORE, &limit) == 0 &&
                     limit.rlim_cur == 0 && limit.rlim_max == 0 &&
                     prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
    _exit(off ? 0 : 1);
  }
  EXPECT_EQ(ExitCodeOf(child), 0);
}

TEST(SecretString, MovesAndForgets) {
  SecretString a("one");
  SecretString b(std::move(a));
  EXPECT_EQ(b.view(), "one");
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is the contract
  SecretString c("two");
  c = std::move(b);
  EXPECT_EQ(c.view(), "one");
  EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move)
  std::array<char, 4> text{'a', 'b', 'c', 'd'};
  Clear(std::span<char>(text));
  EXPECT_THAT(text, testing::Each('\0'));
}

}  // namespace
}  // namespace sogoc::crypto
