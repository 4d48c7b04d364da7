// k of n: any k shares give the key back, fewer tell nothing, and what doesn't belong is refused.
#include "enclave/keys/shares.h"

#include <doctest/doctest.h>

#include <array>
#include <map>

#include "tests/keys/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

Share copy_of(const Share& share) { return {share.label, share.value.copy()}; }

std::vector<Share> some(const std::vector<Share>& shares, const std::vector<std::size_t>& which) {
  std::vector<Share> picked;
  for (const auto i : which) picked.push_back(copy_of(shares[i]));
  return picked;
}

Share share_of(int index, int needed, std::string_view hex) {
  return {{"00112233445566778899aabbccddeeff", needed, 5, index}, KeyBytes(from_hex(hex))};
}

}  // namespace

TEST_CASE("shares made by another computation give its key") {
  // By a Python script that knows the field as powers of 3: the key is bytes(range(32)), the
  // coefficients of x and x^2 are bytes (7 i + 1) and (11 i + 5) mod 256.
  const std::vector<std::string> values = {
      "04191633281d6a676c213e3bd0c5f2cfd4a9a643786d7ab7bcb18e8be095829f",
      "165170b7fabd573015325374b4d3824510cced71bcbbca406502e3c4699584c3",
      "12496487d6a53b50711a6744681b7e85d4745921d0c3a6e0c1aa7754951d1843",
      "543a950d4d78b6984bc87c890be5aaf26a5ef1f28431a5895a74f603982ce38d",
      "5022813d6160daf82fe048b9d72d5632aee645a2e849c929fedc629364a47f0d"};
  std::vector<Share> shares;
  for (std::size_t i = 0; i < values.size(); ++i) {
    shares.push_back(share_of(static_cast<int>(i) + 1, 3, values[i]));
  }
  std::string key;
  for (int i = 0; i < 32; ++i) key += hex_of(KeyBytes(std::array{static_cast<std::uint8_t>(i)}));
  for (std::size_t a = 0; a < 5; ++a) {
    for (std::size_t b = a + 1; b < 5; ++b) {
      for (std::size_t c = b + 1; c < 5; ++c) {
        CHECK(hex_of(combine(some(shares, {c, a, b}))) == key);
      }
    }
  }
}

TEST_CASE("any k of n shares give the key back, in any order") {
  const KeyBytes key = random_key();
  for (int of = 2; of <= 6; ++of) {
    for (int needed = 2; needed <= of; ++needed) {
      const auto shares = split(key, needed, of);
      for (unsigned chosen = 0; chosen < (1U << of); ++chosen) {
        std::vector<std::size_t> which;
        for (int i = of - 1; i >= 0; --i) {
          if ((chosen >> i) & 1U) which.push_back(static_cast<std::size_t>(i));
        }
        const auto picked = some(shares, which);
        if (which.size() < static_cast<std::size_t>(needed)) {
          CHECK(refusal([&] { (void)combine(picked); }) == "keys.shares_missing");
        } else {
          REQUIRE(same(combine(picked), key));
        }
      }
    }
  }
}

TEST_CASE("one share of a 2-of-2 split takes every value, whatever the key") {
  // With one byte: over many splits each share value comes about as often for key 0 as for 255.
  for (const std::uint8_t secret : {std::uint8_t{0}, std::uint8_t{255}}) {
    std::map<std::uint8_t, int> seen;
    const KeyBytes key(std::array{secret});
    for (int i = 0; i < 25'600; ++i) ++seen[split(key, 2, 2)[0].value.bytes()[0]];
    REQUIRE(seen.size() == 256);
    for (const auto& [value, count] : seen) {
      CHECK(count > 40);  // 100 are to be expected; 10 is the deviation
      CHECK(count < 160);
    }
  }
}

TEST_CASE("shares that don't belong together are refused, each by its reason") {
  const KeyBytes key = random_key();
  const auto shares = split(key, 2, 3);
  const auto others = split(key, 2, 3);
  const auto refused = [](std::vector<Share> given) {
    return refusal([&] { (void)combine(given); });
  };
  CHECK(refused({}) == "keys.shares_missing");
  CHECK(refused(some(shares, {1})) == "keys.shares_missing");
  CHECK(refused(some(shares, {1, 1})) == "keys.share_twice");
  auto mixed = some(shares, {0});
  mixed.push_back(copy_of(others[1]));
  CHECK(refused(std::move(mixed)) == "keys.share_other_set");
  auto shorter = some(shares, {0, 1});
  shorter[1].value = KeyBytes(shorter[1].value.bytes().first(31));
  CHECK(refused(std::move(shorter)) == "keys.share_damaged");
  auto claims = some(shares, {0, 1});
  claims[1].label.needed = 3;
  CHECK(refused(std::move(claims)) == "keys.share_other_set");
  auto nowhere = some(shares, {0, 1});
  nowhere[1].label.index = 0;  // the key itself would stand there
  CHECK(refused(std::move(nowhere)) == "keys.share_damaged");
  for (const auto& [needed, of] : {std::pair{1, 3}, {0, 2}, {4, 3}, {2, 65}, {-1, -1}}) {
    CHECK(refusal([&] { (void)split(key, needed, of); }) == "keys.bad_split");
  }
}

TEST_CASE("a share's bytes come back, and each flipped bit, lost or added byte is refused") {
  const auto shares = split(random_key(), 3, 4);
  const KeyBytes bytes = encode(shares[2]);
  const auto read = decode_share(bytes);
  REQUIRE(read);
  CHECK(read->label == shares[2].label);
  CHECK(same(read->value, shares[2].value));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    KeyBytes changed = bytes.copy();
    changed.bytes()[bit / 8] =
        static_cast<std::uint8_t>(changed.bytes()[bit / 8] ^ (1U << (bit % 8)));
    REQUIRE_FALSE(decode_share(changed));
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    REQUIRE_FALSE(decode_share(KeyBytes(bytes.bytes().first(size))));
  }
  KeyBytes longer(bytes.size() + 1);
  std::copy(bytes.bytes().begin(), bytes.bytes().end(), longer.bytes().begin());
  CHECK_FALSE(decode_share(longer));
}
