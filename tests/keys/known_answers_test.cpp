// Answers that others publish: RFC 7914 (scrypt), RFC 5869 (HKDF), RFC 4231 (HMAC), RFC 7748
// (X25519), FIPS 197 (the field); and what an independent computation gives for our own steps.
#include <doctest/doctest.h>

#include "enclave/keys/derivation.h"
#include "enclave/keys/shares.h"
#include "enclave/keys/wrap.h"
#include "enclave/keys/x25519.h"
#include "tests/keys/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

TEST_CASE("scrypt: the vectors of RFC 7914, section 12") {
  CHECK(hex_of(scrypt({}, {}, {16, 1, 1}, 64)) ==
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  CHECK(hex_of(scrypt(bytes_of("password"), bytes_of("NaCl"), {1024, 8, 16}, 64)) ==
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
  CHECK(hex_of(scrypt(bytes_of("pleaseletmein"), bytes_of("SodiumChloride"), {16384, 8, 1}, 64)) ==
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST_CASE("a passphrase's key is what Python's hashlib.scrypt gives") {
  // hashlib.scrypt(b"correct horse battery", salt=bytes(range(16)), n=2**15, r=8, p=1,
  // maxmem=2**26, dklen=32)
  Salt salt{};
  for (std::size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<std::uint8_t>(i);
  CHECK(hex_of(derive_key(bytes_of("correct horse battery"), salt, cheap)) ==
        "c72e940880b3f15bff3fa26a3a49140f80ce9a1c4dd2d5d27bab10014071ba94");
}

TEST_CASE("HKDF-SHA-256: the vectors of RFC 5869, appendix A") {
  const std::vector<std::uint8_t> input(22, 0x0b);
  const auto info = from_hex("f0f1f2f3f4f5f6f7f8f9");
  CHECK(hex_of(hkdf_sha256(input, from_hex("000102030405060708090a0b0c"),
                           {reinterpret_cast<const char*>(info.data()), info.size()}, 42)) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  CHECK(hex_of(hkdf_sha256(input, {}, "", 42)) ==
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_CASE("HMAC-SHA-256: vectors 1 and 2 of RFC 4231") {
  const auto hex = [](const Mac& mac) { return hex_of(KeyBytes(mac)); };
  CHECK(hex(hmac_sha256(std::vector<std::uint8_t>(20, 0x0b), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha256(bytes_of("Jefe"), "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("X25519: the vectors of RFC 7748, sections 5.2 and 6.1") {
  const auto point = [](std::string_view hex) {
    PublicKey key{};
    const auto bytes = from_hex(hex);
    std::copy(bytes.begin(), bytes.end(), key.begin());
    return key;
  };
  const auto key = [](std::string_view hex) { return KeyBytes(from_hex(hex)); };
  CHECK(hex_of(*agree(key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                      point("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))) ==
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  const auto alice = key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const auto bob = key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  CHECK(hex_of(KeyBytes(public_key_of(alice))) ==
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  const std::string agreed = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  CHECK(hex_of(*agree(alice, public_key_of(bob))) == agreed);
  CHECK(hex_of(*agree(bob, public_key_of(alice))) == agreed);
}

TEST_CASE("X25519: points of low order are refused") {
  // The seven of https://cr.yp.to/ecdh.html#validate that fit 32 bytes.
  for (const auto* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    CAPTURE(hex);
    PublicKey point{};
    const auto bytes = from_hex(hex);
    std::copy(bytes.begin(), bytes.end(), point.begin());
    CHECK_FALSE(agree(random_key(), point));
    Recipient recipient;
    recipient.kind = RecipientKind::x25519;
    recipient.name = "eve";
    recipient.public_key = point;
    CHECK(refusal([&] { wrap_for_public_key(recipient, "", bytes); }) == "keys.low_order");
  }
}

TEST_CASE("the field is that of FIPS 197") {
  CHECK(gf256::multiply(0x57, 0x83) == 0xc1);  // 4.2
  CHECK(gf256::multiply(0x57, 0x13) == 0xfe);  // 4.2.1
  CHECK(gf256::multiply(0x57, 0x02) == 0xae);
  CHECK(gf256::multiply(0x57, 0x10) == 0x07);
  CHECK(gf256::inverse(0x53) == 0xca);
}

TEST_CASE("every product and inverse is what a table of powers of 3 gives") {
  std::vector<unsigned> power(255);
  std::vector<unsigned> log(256);
  unsigned value = 1;
  for (unsigned i = 0; i < 255; ++i) {
    power[i] = value;
    log[value] = i;
    value ^= value << 1U;  // times 3
    if (value > 255) value ^= 0x11bU;
  }
  REQUIRE(value == 1);
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const unsigned product = a == 0 || b == 0 ? 0 : power[(log[a] + log[b]) % 255];
      REQUIRE(gf256::multiply(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)) ==
              product);
    }
    const unsigned inverse = a == 0 ? 0 : power[(255 - log[a]) % 255];
    REQUIRE(gf256::inverse(static_cast<std::uint8_t>(a)) == inverse);
  }
}
