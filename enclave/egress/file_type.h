#pragma once
// What a file that comes to the gate is, told by its bytes, and whether its name says the same. An
// allow-list: each type has a form that is checked from the first byte to the last, and what is
// none of them is refused, archives and containers by name, so that whoever packed one reads why.
//
//   file_facts("effectifs.csv", "a;b\r\n1;2\r\n")   // csv, UTF-8
//   file_facts("effectifs.csv", zip)                // EnclaveError files.container {zip, …}
//   file_facts("plot.png", jpeg)                    // files.other_type {plot.png, jpeg, png}
//
// A detector like libmagic answers "what does this look most like"; here the question is whether
// it is nothing else besides, so pictures may have nothing behind their end and no private parts,
// and text no control characters. The bytes are hostile: this runs in the examiner, behind its
// walls, and reads them without unpacking anything.
//
// What it doesn't see: what a picture shows, what the streams of a PDF draw, numbers hidden in a
// picture's pixels.

#include <optional>
#include <string>
#include <string_view>

#include "policies/file_rules.h"

namespace sceau::enclave {

enum class TextEncoding { none, utf8, utf16_le, utf16_be, windows_1252 };
[[nodiscard]] std::string_view to_string(TextEncoding encoding);

struct FileFacts {
  policies::FileType type = policies::FileType::text;
  TextEncoding encoding = TextEncoding::none;  ///< of text types
  bool bidi = false;  ///< text that holds characters which turn the direction of what follows
};

/// Throws EnclaveError (refused): files.container, files.no_extension, files.unknown_extension,
/// files.other_type, files.unknown_content, files.control_characters, files.malformed,
/// files.hidden_part, files.active_content.
[[nodiscard]] FileFacts file_facts(std::string_view name, std::string_view bytes);

/// The type that a name's ending stands for. Lower or upper case.
[[nodiscard]] std::optional<policies::FileType> type_of_name(std::string_view name);

/// Throws files.type_not_allowed or files.too_large where the policy's rules don't want such a
/// file.
void check_allowed(const policies::FileRules& files, std::string_view name, const FileFacts& facts,
                   std::size_t bytes);

/// As UTF-8; what the encoding can't hold is U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view bytes, TextEncoding encoding);

}  // namespace sceau::enclave
