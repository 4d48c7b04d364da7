// The files of a keyring's folder.
#include <algorithm>

#include "enclave/fault.h"
#include "enclave/keys/durable_file.h"
#include "enclave/keys/keyring_parts.h"
#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void damaged(const std::filesystem::path& file) {
  throw EnclaveError(Fault::integrity, "keys.damaged", {file.string()});
}

/// Whether a file NAME.key.next is that key under this generation's centre key.
bool belongs(const std::filesystem::path& next, std::string_view name, const KeyBytes& centre,
             std::uint64_t generation) {
  const auto text = read_small_file(next, most_key_file);
  const auto file = text ? parse_key_file(*text) : std::nullopt;
  return file && file->name == name && file->generation == generation &&
         unwrap(centre, file->nonce, header_of(*file), file->wrapped).has_value();
}

}  // namespace

std::filesystem::path key_path(const std::filesystem::path& dir, std::string_view name) {
  return dir / (std::string(name) + std::string(key_extension));
}

CentreFile read_centre_file(const std::filesystem::path& dir) {
  const auto path = key_path(dir, centre_name);
  const auto text = read_small_file(path, most_key_file);
  if (!text) throw EnclaveError(Fault::not_found, "keys.missing", {dir.string()});
  if (text->starts_with("sceau key file\nformat = 1\n")) {
    throw EnclaveError(Fault::bad_input, "keys.other_format", {path.string()});
  }
  auto file = parse_centre_file(*text);
  if (!file) damaged(path);
  return std::move(*file);
}

std::optional<KeyFile> read_key_file(const std::filesystem::path& file, std::string_view name) {
  const auto text = read_small_file(file, most_key_file);
  if (!text) return std::nullopt;
  auto parsed = parse_key_file(*text);
  if (!parsed || parsed->name != name) damaged(file);
  return parsed;
}

KeyFile wrapped_key(std::string_view name, std::uint64_t generation, const KeyBytes& centre,
                    std::span<const std::uint8_t> content) {
  KeyFile file;
  file.name = name;
  file.generation = generation;
  file.nonce = random_nonce();
  file.wrapped = wrap(centre, file.nonce, header_of(file), content);
  return file;
}

void settle(const std::filesystem::path& dir, const KeyBytes& centre, std::uint64_t generation) {
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const auto file = entry.path().filename().string();
    const auto end = file.find(key_extension);
    if (end == std::string::npos || !is_key_name(file.substr(0, end))) continue;  // not ours
    const auto rest = file.substr(end + key_extension.size());
    if (rest == ".next" || rest == ".part" || rest == ".next.part") left.push_back(entry.path());
  }
  std::ranges::sort(left);
  for (const auto& path : left) {
    const auto name = path.filename().string().substr(0, path.filename().string().find('.'));
    const bool moves =
        path.extension() == next_extension && belongs(path, name, centre, generation);
    if (moves) {
      move_over(path, key_path(dir, name));
    } else {
      erase_file(path);
    }
  }
}

}  // namespace sceau::enclave
