#include "audit/note.h"

#include <algorithm>

#include "audit/fault.h"

namespace sceau::audit {
namespace {

constexpr std::size_t longest_note = 1'000'000;
constexpr std::size_t most_signatures = 100;
constexpr std::string_view dash = "\xE2\x80\x94 ";  // em dash and a blank

[[noreturn]] void refuse(const std::string& why) {
  throw AuditError(Fault::bad_input, "not a signed note: " + why);
}

NoteSignature parse_signature(std::string_view line) {
  if (!line.starts_with(dash)) refuse("a signature line doesn't begin with a dash");
  line.remove_prefix(dash.size());
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) refuse("a signature line has no signature");
  const auto name = line.substr(0, blank);
  const auto data = from_base64(line.substr(blank + 1));
  if (!is_key_name(name)) refuse("a signature line has no proper key name");
  if (!data || data->size() < 5) refuse("a signature is not base64 or too short");
  NoteSignature signature;
  signature.name = name;
  for (std::size_t i = 0; i < 4; ++i) signature.key_id = signature.key_id << 8 | (*data)[i];
  signature.signature.assign(data->begin() + 4, data->end());
  return signature;
}

}  // namespace

Note parse_note(std::string_view bytes) {
  if (bytes.size() > longest_note) refuse("it is longer than 1 MB");
  if (!is_utf8(bytes)) refuse("it is not UTF-8");
  if (std::any_of(bytes.begin(), bytes.end(),
                  [](char c) { return c >= 0 && c < 0x20 && c != '\n'; }))
    refuse("it holds a control character");
  const auto split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) refuse("there is no blank line before the signatures");
  Note note;
  note.text = bytes.substr(0, split + 1);
  std::string_view rest = bytes.substr(split + 2);
  if (rest.empty() || rest.back() != '\n') refuse("the last signature line is cut");
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    if (note.signatures.size() == most_signatures) refuse("it has more than 100 signatures");
    note.signatures.push_back(parse_signature(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  return note;
}

std::vector<std::size_t> verified_keys(const Note& note, const std::vector<Verifier>& keys) {
  std::vector<std::size_t> verified;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Verifier& key = keys[i];
    if (!key.can_verify()) continue;
    bool signed_by = false;
    for (const NoteSignature& line : note.signatures) {
      if (line.name != key.name() || line.key_id != key.id()) continue;
      if (!key.verify(note.text, line.signature))
        throw AuditError(Fault::tampered,
                         "the signature of " + key.name() + " is not of this text");
      signed_by = true;
    }
    if (signed_by) verified.push_back(i);
  }
  return verified;
}

std::string format_signature(const NoteSignature& signature) {
  Bytes data(4 + signature.signature.size());
  for (std::size_t i = 0; i < 4; ++i)
    data[i] = static_cast<std::uint8_t>(signature.key_id >> (24 - 8 * i));
  std::copy(signature.signature.begin(), signature.signature.end(), data.begin() + 4);
  std::string line(dash);
  line.append(signature.name).append(" ").append(to_base64(data)).append("\n");
  return line;
}

std::string signature_line(const Verifier& key, std::span<const std::uint8_t> signature) {
  return format_signature({key.name(), key.id(), {signature.begin(), signature.end()}});
}

std::string sign_note(std::string_view text, const Signer& signer) {
  if (text.empty() || text.back() != '\n')
    throw AuditError(Fault::bad_input, "a note's text must end with a newline");
  return std::string(text) + "\n" + signature_line(signer.verifier(), signer.sign(text));
}

}  // namespace sceau::audit
