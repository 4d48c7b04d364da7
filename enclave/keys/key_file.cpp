#include "enclave/keys/key_file.h"

#include <algorithm>

#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view first_line = "sceau key file";
constexpr std::string_view cipher_line = "cipher = aes-256-gcm";
constexpr std::size_t most_name = 100;

}  // namespace

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= most_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string header_of(const KeyFile& file) {
  return std::string(first_line) + "\nformat = 2\nname = " + file.name +
         "\ngeneration = " + std::to_string(file.generation) + "\n" + std::string(cipher_line) +
         "\nnonce = " + to_base64(file.nonce) + "\n";
}

std::string render(const KeyFile& file) {
  const std::string text = header_of(file) + "wrapped = " + to_base64(file.wrapped) + "\n";
  return text + "check = " + check_of(text) + "\n";
}

std::optional<KeyFile> parse_key_file(std::string_view text) {
  KeyFile file;
  std::string_view rest = text;
  if (!take_words(rest, first_line) || !take_words(rest, "format = 2")) return std::nullopt;
  const auto name = take_line(rest, "name");
  const auto generation = take_line(rest, "generation");
  const auto number = generation ? read_number(*generation) : std::nullopt;
  if (!name || !is_key_name(*name) || !number || *number == 0) return std::nullopt;
  file.name = *name;
  file.generation = *number;
  if (!take_words(rest, cipher_line)) return std::nullopt;
  const auto nonce = take_line(rest, "nonce");
  const auto wrapped = take_line(rest, "wrapped");
  if (!nonce || !wrapped || !read_base64(*nonce, file.nonce)) return std::nullopt;
  const auto bytes = from_base64(*wrapped);
  if (!bytes) return std::nullopt;
  file.wrapped = *bytes;
  if (render(file) != text) return std::nullopt;
  return file;
}

}  // namespace sceau::enclave
