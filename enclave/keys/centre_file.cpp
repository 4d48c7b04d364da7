#include "enclave/keys/centre_file.h"

#include <algorithm>
#include <set>

#include "enclave/keys/lines.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view first_line = "sceau keyring";
constexpr std::string_view cipher_line = "cipher = aes-256-gcm";
constexpr std::string_view mac_info = "sceau keyring mac v1";

std::optional<int> small_number(std::optional<std::string_view> text) {
  const auto number = text ? read_number(*text) : std::nullopt;
  if (!number || *number > 1000) return std::nullopt;
  return static_cast<int>(*number);
}

bool read_opens(std::string_view& text, Recipient& recipient) {
  const auto opens = take_line(text, "opens");
  if (!opens || (*opens != "alone" && *opens != "share")) return false;
  if (*opens == "alone") return true;
  const auto set = take_line(text, "set");
  const auto needed = small_number(take_line(text, "needed"));
  const auto of = small_number(take_line(text, "of"));
  const auto index = small_number(take_line(text, "index"));
  if (!set || !needed || !of || !index) return false;
  recipient.share = ShareLabel{std::string(*set), *needed, *of, *index};
  return is_sound(*recipient.share);
}

bool read_kind(std::string_view& text, Recipient& recipient) {
  const auto by = take_line(text, "by");
  if (by == "passphrase") {
    recipient.kind = RecipientKind::passphrase;
    const auto cost = take_line(text, "scrypt-n");
    const auto salt = take_line(text, "salt");
    const auto n = cost ? read_number(*cost) : std::nullopt;
    if (!n || !scrypt_n_is_allowed(*n) || !salt) return false;
    recipient.scrypt_n = *n;
    return read_base64(*salt, recipient.salt);
  }
  if (by != "x25519") return false;
  recipient.kind = RecipientKind::x25519;
  const auto own = take_line(text, "public");
  const auto fresh = take_line(text, "ephemeral");
  const auto public_key = own ? parse_public_key(*own) : std::nullopt;
  const auto ephemeral = fresh ? parse_public_key(*fresh) : std::nullopt;
  if (!public_key || !ephemeral) return false;
  recipient.public_key = *public_key;
  recipient.ephemeral = *ephemeral;
  return true;
}

bool read_recipient(std::string_view& text, Recipient& recipient) {
  const auto id = take_line(text, "recipient");
  const auto name = take_line(text, "name");
  if (!id || !id->starts_with("k-") || !is_hex(id->substr(2), 8) || !name ||
      !is_recipient_name(*name)) {
    return false;
  }
  recipient.id = *id;
  recipient.name = *name;
  if (!read_opens(text, recipient) || !read_kind(text, recipient)) return false;
  if (!take_words(text, cipher_line)) return false;
  const auto nonce = take_line(text, "nonce");
  const auto wrapped = take_line(text, "wrapped");
  if (!nonce || !wrapped || !read_base64(*nonce, recipient.nonce)) return false;
  const auto bytes = from_base64(*wrapped);
  if (!bytes) return false;
  recipient.wrapped = *bytes;
  return true;
}

/// Names and ids stand once, and the shares are of one set, each once.
bool is_consistent(const CentreFile& file) {
  std::set<std::string> ids;
  std::set<std::string> names;
  std::set<int> indices;
  const ShareLabel* first = nullptr;
  for (const auto& recipient : file.recipients) {
    if (!ids.insert(recipient.id).second || !names.insert(recipient.name).second) return false;
    if (!recipient.share) continue;
    const auto& label = *recipient.share;
    if (first == nullptr) first = &label;
    if (label.set != first->set || label.needed != first->needed || label.of != first->of ||
        !indices.insert(label.index).second) {
      return false;
    }
  }
  return true;
}

}  // namespace

const Recipient* CentreFile::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(recipients, [&](const auto& one) { return one.name == name; });
  return found == recipients.end() ? nullptr : &*found;
}

std::string head_of(const Recipient& recipient) {
  std::string text = "recipient = " + recipient.id + "\nname = " + recipient.name + "\n";
  if (recipient.share) {
    text += "opens = share\nset = " + recipient.share->set +
            "\nneeded = " + std::to_string(recipient.share->needed) +
            "\nof = " + std::to_string(recipient.share->of) +
            "\nindex = " + std::to_string(recipient.share->index) + "\n";
  } else {
    text += "opens = alone\n";
  }
  text += "by = " + std::string(to_string(recipient.kind)) + "\n";
  switch (recipient.kind) {
    case RecipientKind::passphrase:
      text += "scrypt-n = " + std::to_string(recipient.scrypt_n) +
              "\nsalt = " + to_base64(recipient.salt) + "\n";
      break;
    case RecipientKind::x25519:
      text += "public = " + to_text(recipient.public_key) +
              "\nephemeral = " + to_text(recipient.ephemeral) + "\n";
      break;
  }
  return text + std::string(cipher_line) + "\nnonce = " + to_base64(recipient.nonce) + "\n";
}

std::string file_head_of(const CentreFile& file) {
  return std::string(first_line) + "\nformat = 2\nid = " + file.id +
         "\ngeneration = " + std::to_string(file.generation) + "\n";
}

std::string text_above_mac(const CentreFile& file) {
  std::string text = file_head_of(file);
  for (const auto& recipient : file.recipients) {
    text += head_of(recipient) + "wrapped = " + to_base64(recipient.wrapped) + "\n";
  }
  return text;
}

Mac mac_of(const CentreFile& file, const KeyBytes& centre) {
  const auto key = hkdf_sha256(centre.bytes(), {}, mac_info, 32);
  return hmac_sha256(key.bytes(), text_above_mac(file));
}

std::string render(const CentreFile& file) {
  const std::string text = text_above_mac(file) + "mac = " + to_base64(file.mac) + "\n";
  return text + "check = " + check_of(text) + "\n";
}

std::optional<CentreFile> parse_centre_file(std::string_view text) {
  CentreFile file;
  std::string_view rest = text;
  if (!take_words(rest, first_line) || !take_words(rest, "format = 2")) return std::nullopt;
  const auto id = take_line(rest, "id");
  const auto generation = take_line(rest, "generation");
  const auto number = generation ? read_number(*generation) : std::nullopt;
  if (!id || !is_hex(*id, 32) || !number || *number == 0) return std::nullopt;
  file.id = *id;
  file.generation = *number;
  while (rest.starts_with("recipient = ")) {
    Recipient recipient;
    if (file.recipients.size() == most_recipients || !read_recipient(rest, recipient)) {
      return std::nullopt;
    }
    file.recipients.push_back(std::move(recipient));
  }
  const auto mac = take_line(rest, "mac");
  if (file.recipients.empty() || !mac || !read_base64(*mac, file.mac)) return std::nullopt;
  if (!is_consistent(file) || render(file) != text) return std::nullopt;
  return file;
}

Ways ways_of(const CentreFile& file) {
  Ways ways;
  for (const auto& recipient : file.recipients) {
    if (!recipient.share) {
      ++ways.alone;
      continue;
    }
    ++ways.shares;
    ways.needed = recipient.share->needed;
  }
  return ways;
}

}  // namespace sceau::enclave
