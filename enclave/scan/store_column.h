#pragma once
// A column of a store as the search compares it: every value is a number of 32 bits, equal where
// the values are equal (codes: the code; numbers: a hash, whose rare accidents only make the search
// look closer).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "disclosure/source.h"
#include "policies/codebook.h"

namespace sceau::enclave {

inline constexpr std::uint32_t no_value = 0xffffffffU;

/// A number as its digits: 12.50 is {125, 1}. Decimal comma or point, sign, exponent; nullopt where
/// the text is none, or has more than 18 digits.
struct PlainNumber {
  std::int64_t mantissa = 0;
  int scale = 0;  ///< value = mantissa / 10^scale; the mantissa doesn't end in 0 where scale > 0
  friend bool operator==(const PlainNumber&, const PlainNumber&) = default;
};
[[nodiscard]] std::optional<PlainNumber> plain_number(std::string_view text);

class StoreColumn {
 public:
  /// Reads the dictionary, or all values once. `codebook` gives labels.
  StoreColumn(const disclosure::Source& source, disclosure::ColumnInfo info,
              const policies::Codebook& codebook);

  [[nodiscard]] const std::string& name() const { return info_.name; }
  /// The value that a field is; no_value where no row has it.
  [[nodiscard]] std::uint32_t value_of(std::string_view field) const;
  [[nodiscard]] std::uint64_t distinct() const { return distinct_; }
  [[nodiscard]] bool names_somebody() const { return names_somebody_; }
  /// All rows' values, in the store's order.
  [[nodiscard]] std::vector<std::uint32_t> read() const;
  /// One segment's, appended.
  void read(std::size_t segment, std::vector<std::uint32_t>& values) const;

 private:
  void read_texts(const policies::Codebook& codebook);
  void read_numbers();

  const disclosure::Source* source_;
  disclosure::ColumnInfo info_;
  std::uint64_t distinct_ = 0;
  bool names_somebody_ = false;
  std::unordered_map<std::string_view, std::uint32_t> codes_;
  std::unordered_map<std::string, std::uint32_t> labels_;
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;  ///< texts that are numbers
  std::unordered_set<std::uint32_t> values_;
};

}  // namespace sceau::enclave
