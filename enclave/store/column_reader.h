#pragma once
// One variable's fields of a block, read on any thread: codes by a dictionary of the reader's own,
// which whoever puts the blocks together translates (column_builder.h); numbers; pseudonyms.
//
// A reader's dictionary grows from block to block, and each block carries the texts that are new in
// it; past `most_own_codes` or `most_own_bytes` it starts again with the next block. So do the
// texts that it remembers with their meaning, which spares understanding "12.50" ten million times.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/store/field_rules.h"
#include "enclave/store/field_table.h"

namespace sceau::enclave {

inline constexpr std::uint32_t most_own_codes = 1U << 16;
inline constexpr std::size_t most_own_bytes = 4U << 20;

/// One column of a block; the vectors of its kind hold a value a record, refused ones too (as
/// NULL).
struct BlockColumn {
  // Dictionary: 0 where NULL, else 1 + the reader's code (with pseudonyms: 1).
  std::vector<std::uint32_t> codes;
  std::uint32_t first_new = 0;  ///< the reader's code of new_texts[0]; 0: it started again
  std::vector<std::string> new_texts;
  std::vector<Pseudonym> pseudonyms;
  // Numbers.
  std::vector<std::int64_t> values;  ///< mantissa, or the bits of a double
  std::vector<std::uint8_t> kinds;   ///< number_null, number_exact, number_real
  bool has_real = false;
};

inline constexpr std::uint8_t number_null = 0;
inline constexpr std::uint8_t number_exact = 1;
inline constexpr std::uint8_t number_real = 2;

struct RefusedField {
  std::size_t row;
  const char* rule;
};

class ColumnReader {
 public:
  ColumnReader(const policies::Variable& variable, const KeyBytes& key);

  [[nodiscard]] const FieldRules& rules() const { return rules_; }
  /// Fills `out`, reusing its memory; appends what is refused to `refused`, in the records' order.
  void read(const FieldTable& table, std::size_t column, char point, BlockColumn& out,
            std::vector<RefusedField>& refused);

 private:
  /// What a short text was found to mean.
  struct Known {
    std::uint64_t front = 0;  ///< its first eight bytes
    std::uint64_t rest = 0;
    std::int64_t value = 0;
    std::uint32_t size = never;
    std::uint8_t kind = 0;

    [[nodiscard]] bool is_of(const Known& other) const {
      return ((front ^ other.front) | (rest ^ other.rest) | (size ^ other.size)) == 0;
    }
  };
  static constexpr std::uint32_t never = 0xffffffffU;
  [[nodiscard]] Known* find(std::string_view text, Known& sought);
  void remember(Known* place, const Known& known);
  void read_codes(const FieldTable& table, std::size_t column, BlockColumn& out,
                  std::vector<RefusedField>& refused);
  void read_numbers(const FieldTable& table, std::size_t column, char point, BlockColumn& out,
                    std::vector<RefusedField>& refused);
  void read_pseudonyms(const FieldTable& table, std::size_t column, BlockColumn& out,
                       std::vector<RefusedField>& refused);
  [[nodiscard]] std::uint32_t code_of(std::string_view text, const char*& fault);

  FieldRules rules_;
  TextIndex own_;   // codes
  TextIndex seen_;  // texts of the file, where these are not the codes
  std::vector<std::uint32_t> seen_codes_;
  std::vector<Known> known_;
  std::size_t misses_ = 0;
  char known_point_ = '.';
};

}  // namespace sceau::enclave
