#include "crypto/sha256.h"

#include <gtest/gtest.h>

#include "crypto/domain.h"

namespace sogoc::crypto {
namespace {

using base::AsBytes;
using base::ToHex;

// FIPS 180-4 examples.
TEST(Sha256, MatchesPublishedDigests) {
  EXPECT_EQ(ToHex(Sha256(AsBytes(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256(AsBytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256(AsBytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(ToHex(Sha256(Bytes(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PartsAreConcatenated) {
  EXPECT_EQ(Sha256({AsBytes("a"), ByteView(), AsBytes("bc")}), Sha256(AsBytes("abc")));
  EXPECT_EQ(Sha256({}), Sha256(AsBytes("")));
}

TEST(DomainPrefix, NamesKindAndVersionAndEndsInZero) {
  EXPECT_EQ(ToHex(DomainPrefix(SignatureKind::kEntry)), "736f676f632f656e7472792f763100");
  EXPECT_EQ(ToHex(DomainPrefix(SignatureKind::kPossession)),
            "736f676f632f706f7373657373696f6e2f763100");
  EXPECT_EQ(ToHex(DomainPrefix(SignatureKind::kStamp)), "736f676f632f7374616d702f763100");
}

}  // namespace
}  // namespace sogoc::crypto
