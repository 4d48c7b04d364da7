// Signed notes: a text, a blank line, and one signature line a key.
//
//   example.org/log\n17\n<root>\n          the text, which is what is signed
//   \n
//   <em dash> example.org/log <base64 of key id and signature>\n
//
// The text ends where the last blank line is. A line of an unknown key says nothing and is
// ignored; a wrong signature of a known key condemns the whole note.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/bytes.h"
#include "audit/key.h"

namespace sceau::audit {

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  ///< what follows the key id; for a cosignature it begins with the time
};

struct Note {
  std::string text;  ///< ends with a newline
  std::vector<NoteSignature> signatures;
};

/// Takes a note apart without believing it. Throws AuditError (bad_input) when it is longer than
/// 1 MB, isn't UTF-8, holds a control character, a malformed line or more than 100 signatures.
[[nodiscard]] Note parse_note(std::string_view bytes);

/// The indexes of `keys` whose signatures stand under the note, each once. Throws AuditError
/// (tampered) when a key that is known and checkable signed something else.
[[nodiscard]] std::vector<std::size_t> verified_keys(const Note& note,
                                                     const std::vector<Verifier>& keys);

/// A signature line as it stands in a note, with its newline.
[[nodiscard]] std::string format_signature(const NoteSignature& signature);

/// The note with this key's signature as its only one. The text must end with a newline.
[[nodiscard]] std::string sign_note(std::string_view text, const Signer& signer);

/// One signature line with its newline; `signature` is what follows the key id.
[[nodiscard]] std::string signature_line(const Verifier& key,
                                         std::span<const std::uint8_t> signature);

}  // namespace sceau::audit
