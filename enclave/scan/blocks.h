#pragma once
// A file as tables: whatever in it could be records, side by side, is a block of lines of equally
// many fields. Which separator a text has is not guessed: each is tried, and what makes no sense
// matches no store.
//
//   blocks_of({FileType::csv, TextEncoding::utf8}, "uai;note\n0750001A;12,5\n")
//     // one block of two fields by ';', one by ',' …
//
// Looked into: CSV in any of the separators , ; TAB | and blanks, with or without quotes; records
// and columns of JSON; what a notebook printed; cells of HTML; R's uncompressed data (columns of
// numbers and texts); texts and numbers in base64 inside all these, one layer deep.
// Not looked into: pictures, PDFs, two layers of base64, anything encrypted or packed by hand.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/egress/file_type.h"

namespace sceau::enclave {

inline constexpr std::size_t most_fields = 256;  ///< of a line

struct Block {
  std::size_t width = 0;
  std::vector<std::string_view> fields;  ///< line after line

  [[nodiscard]] std::size_t lines() const { return width == 0 ? 0 : fields.size() / width; }
  [[nodiscard]] std::string_view at(std::size_t line, std::size_t field) const {
    return fields[line * width + field];
  }
};

/// Fields point into the texts.
struct Blocks {
  std::vector<std::unique_ptr<std::string>> texts;  ///< UTF-8; words are looked for in all of them
  std::vector<Block> blocks;                        ///< the largest first
  bool base64 = false;                              ///< something was unwrapped
};

/// Empty for pictures and PDFs.
[[nodiscard]] Blocks blocks_of(const FileFacts& facts, std::string_view bytes);

/// Adds what `text`, of no particular form, could be.
void add_text(Blocks& into, std::unique_ptr<std::string> text);
/// Adds records and columns of a JSON document; false where it is none.
bool add_json(Blocks& into, std::string_view text);
/// Adds columns of numbers and texts that stand in binary.
void add_binary(Blocks& into, std::string_view bytes);
/// Columns of one length beside each other, as lines.
void add_columns(Blocks& into, std::vector<std::vector<std::string>> columns);

}  // namespace sceau::enclave
