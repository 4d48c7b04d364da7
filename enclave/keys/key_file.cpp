#include "enclave/keys/key_file.h"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view first_line = "sceau key file";
constexpr std::size_t most_name = 100;
constexpr std::size_t check_size = 8;

template <typename Bytes>
std::string to_base64(const Bytes& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const std::uint8_t*>(text.data()),
                      static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

template <typename Array>
bool read_base64(std::string_view text, Array& out) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != out.size()) return false;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return true;
}

/// Tells damage from a wrong passphrase; no protection, since anybody can compute it.
std::string check_of(std::string_view text) {
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
    throw EnclaveError(Fault::internal, "keys.internal", {"SHA-256 failed"});
  }
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < check_size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

/// The value of "key = value", and the text behind that line; nullopt where another line stands.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view key) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  if (!line.starts_with(key) || !line.substr(key.size()).starts_with(" = ")) return std::nullopt;
  text.remove_prefix(end + 1);
  return line.substr(key.size() + 3);
}

bool read_wrapping(std::string_view& text, KeyFile& file) {
  const auto by = take_line(text, "wrapped-by");
  if (!by) return false;
  if (*by == "centre") return true;
  if (*by != "passphrase") return false;
  const auto cost = take_line(text, "scrypt-n");
  const auto salt = take_line(text, "salt");
  if (!cost || !salt || !read_base64(*salt, file.salt)) return false;
  const auto [end, error] =
      std::from_chars(cost->data(), cost->data() + cost->size(), file.scrypt_n);
  return error == std::errc() && end == cost->data() + cost->size() &&
         scrypt_n_is_allowed(file.scrypt_n);
}

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= most_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string header_of(const KeyFile& file) {
  std::string text(first_line);
  text += "\nformat = 1\nname = " + file.name;
  if (file.scrypt_n == 0) {
    text += "\nwrapped-by = centre";
  } else {
    text += "\nwrapped-by = passphrase\nscrypt-n = " + std::to_string(file.scrypt_n) +
            "\nsalt = " + to_base64(file.salt);
  }
  return text + "\ncipher = aes-256-gcm\nnonce = " + to_base64(file.nonce) + "\n";
}

std::string render(const KeyFile& file) {
  std::string text = header_of(file) + "wrapped = " + to_base64(file.wrapped) + "\n";
  return text + "check = " + check_of(text) + "\n";
}

std::optional<KeyFile> parse_key_file(std::string_view text) {
  KeyFile file;
  std::string_view rest = text;
  const std::string first = std::string(first_line) + "\n";
  if (!rest.starts_with(first)) return std::nullopt;
  rest.remove_prefix(first.size());
  const auto format = take_line(rest, "format");
  const auto name = take_line(rest, "name");
  if (!format || *format != "1" || !name || !is_key_name(*name)) return std::nullopt;
  file.name = *name;
  if (!read_wrapping(rest, file)) return std::nullopt;
  const auto cipher = take_line(rest, "cipher");
  const auto nonce = take_line(rest, "nonce");
  const auto wrapped = take_line(rest, "wrapped");
  if (!cipher || !nonce || !wrapped || !read_base64(*nonce, file.nonce)) return std::nullopt;
  const auto bytes = from_base64(*wrapped);
  if (!bytes) return std::nullopt;
  file.wrapped = *bytes;
  if (render(file) != text) return std::nullopt;
  return file;
}

}  // namespace sceau::enclave
