#include "enclave/keys/shares.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <set>

#include "enclave/fault.h"
#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace gf256 {

std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  unsigned shifted = a;
  for (unsigned bit = 0; bit < 8; ++bit) {
    product ^= shifted & (0U - ((b >> bit) & 1U));
    shifted = (shifted << 1U) ^ (0x11BU & (0U - ((shifted >> 7U) & 1U)));
  }
  return static_cast<std::uint8_t>(product);
}

std::uint8_t inverse(std::uint8_t a) {
  // a^254: the group has 255 elements.
  std::uint8_t power = a;
  std::uint8_t result = 1;
  for (int i = 0; i < 7; ++i) {
    power = multiply(power, power);
    result = multiply(result, power);
  }
  return result;
}

}  // namespace gf256

namespace {

constexpr std::size_t check_size = 8;
constexpr std::size_t head_size = share_set_size + 4;  // set, k, n, index, length
constexpr std::size_t longest_value = 255;

[[noreturn]] void fail(const char* what) {
  throw EnclaveError(Fault::internal, "keys.internal", {what});
}

std::array<std::uint8_t, check_size> check_bytes(std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    fail("SHA-256 failed");
  }
  std::array<std::uint8_t, check_size> check{};
  std::copy_n(digest.begin(), check_size, check.begin());
  OPENSSL_cleanse(digest.data(), digest.size());
  return check;
}

std::string random_set() {
  std::array<std::uint8_t, share_set_size> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) fail("no random bytes");
  return to_hex_text(bytes);
}

std::uint8_t digit_value(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

void check_together(std::span<const Share> shares) {
  std::set<int> indices;
  for (const auto& share : shares) {
    const auto& first = shares.front().label;
    const auto& label = share.label;
    if (!is_sound(label) || share.value.empty() ||
        share.value.size() != shares.front().value.size()) {
      throw EnclaveError(Fault::integrity, "keys.share_damaged");
    }
    if (label.set != first.set || label.needed != first.needed || label.of != first.of) {
      throw EnclaveError(Fault::integrity, "keys.share_other_set");
    }
    if (!indices.insert(label.index).second) {
      throw EnclaveError(Fault::integrity, "keys.share_twice", {std::to_string(label.index)});
    }
  }
}

}  // namespace

bool is_sound(const ShareLabel& label) {
  return is_hex(label.set, 2 * share_set_size) && label.needed >= 2 && label.needed <= label.of &&
         label.of <= most_shares && label.index >= 1 && label.index <= label.of;
}

std::vector<Share> split(const KeyBytes& key, int needed, int of) {
  if (needed < 2 || needed > of || of > most_shares) {
    throw EnclaveError(Fault::usage, "keys.bad_split",
                       {std::to_string(needed), std::to_string(of)});
  }
  const auto set = random_set();
  std::vector<Share> shares;
  for (int index = 1; index <= of; ++index) {
    shares.push_back({{set, needed, of, index}, KeyBytes(key.size())});
  }
  // Coefficients of x, x^2, …: as random as the key, and as long as it.
  KeyBytes coefficients(key.size() * static_cast<std::size_t>(needed - 1));
  if (RAND_priv_bytes(coefficients.bytes().data(), static_cast<int>(coefficients.size())) != 1) {
    fail("no random bytes");
  }
  for (auto& share : shares) {
    const auto x = static_cast<std::uint8_t>(share.label.index);
    for (std::size_t byte = 0; byte < key.size(); ++byte) {
      std::uint8_t value = 0;
      for (std::size_t power = static_cast<std::size_t>(needed) - 1; power > 0; --power) {
        const auto coefficient = coefficients.bytes()[(power - 1) * key.size() + byte];
        value = static_cast<std::uint8_t>(gf256::multiply(value, x) ^ coefficient);
      }
      share.value.bytes()[byte] =
          static_cast<std::uint8_t>(gf256::multiply(value, x) ^ key.bytes()[byte]);
    }
  }
  return shares;
}

KeyBytes combine(std::span<const Share> shares) {
  if (shares.empty()) throw EnclaveError(Fault::unavailable, "keys.shares_missing", {"0", "2"});
  check_together(shares);
  const auto needed = static_cast<std::size_t>(shares.front().label.needed);
  if (shares.size() < needed) {
    throw EnclaveError(Fault::unavailable, "keys.shares_missing",
                       {std::to_string(shares.size()), std::to_string(needed)});
  }
  const auto used = shares.first(needed);
  KeyBytes key(used.front().value.size());
  for (const auto& share : used) {
    // Lagrange at 0: the product of x_j / (x_j - x_i), where - is +.
    const auto own = static_cast<std::uint8_t>(share.label.index);
    std::uint8_t weight = 1;
    for (const auto& other : used) {
      const auto x = static_cast<std::uint8_t>(other.label.index);
      if (x == own) continue;
      weight = gf256::multiply(
          weight, gf256::multiply(x, gf256::inverse(static_cast<std::uint8_t>(x ^ own))));
    }
    for (std::size_t byte = 0; byte < key.size(); ++byte) {
      key.bytes()[byte] = static_cast<std::uint8_t>(
          key.bytes()[byte] ^ gf256::multiply(weight, share.value.bytes()[byte]));
    }
  }
  return key;
}

KeyBytes encode(const Share& share) {
  if (!is_sound(share.label) || share.value.size() > longest_value) fail("not a share");
  KeyBytes bytes(head_size + share.value.size() + check_size);
  auto out = bytes.bytes();
  for (std::size_t i = 0; i < share_set_size; ++i) {
    out[i] = static_cast<std::uint8_t>(digit_value(share.label.set[2 * i]) << 4U |
                                       digit_value(share.label.set[2 * i + 1]));
  }
  out[share_set_size] = static_cast<std::uint8_t>(share.label.needed);
  out[share_set_size + 1] = static_cast<std::uint8_t>(share.label.of);
  out[share_set_size + 2] = static_cast<std::uint8_t>(share.label.index);
  out[share_set_size + 3] = static_cast<std::uint8_t>(share.value.size());
  std::ranges::copy(share.value.bytes(), out.begin() + head_size);
  std::ranges::copy(check_bytes(out.first(out.size() - check_size)), out.end() - check_size);
  return bytes;
}

std::optional<Share> decode_share(const KeyBytes& bytes) {
  const auto in = bytes.bytes();
  if (in.size() <= head_size + check_size) return std::nullopt;
  const auto check = check_bytes(in.first(in.size() - check_size));
  if (!std::ranges::equal(check, in.last(check_size))) return std::nullopt;
  if (in[share_set_size + 3] != in.size() - head_size - check_size) return std::nullopt;
  Share share{{to_hex_text(in.first(share_set_size)), in[share_set_size], in[share_set_size + 1],
               in[share_set_size + 2]},
              KeyBytes(in.subspan(head_size, in.size() - head_size - check_size))};
  if (!is_sound(share.label)) return std::nullopt;
  return share;
}

}  // namespace sceau::enclave
