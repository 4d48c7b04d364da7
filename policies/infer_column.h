#pragma once
// What one column of a file looks like: counts of forms, a bounded list of values, and an estimate
// of how many different ones there are.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policies/codebook.h"

namespace sceau::policies {

/// Valid UTF-8, as TOML demands it: no overlong form, no surrogate, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

/// How many different values a stream holds, in 1,024 numbers: the smallest hashes are kept, and
/// how close they lie says how many there are (about 3 % off; exact up to 1,024).
class DistinctEstimate {
 public:
  void add(std::string_view value);
  [[nodiscard]] double count() const;

 private:
  static constexpr std::size_t kept = 1024;
  std::set<std::uint64_t> smallest_;
};

/// What a column becomes; `comment` says why, without any value.
struct ColumnGuess {
  Type type = Type::text;
  Role role = Role::hidden;
  int decimals = 0;
  std::vector<std::string> missing;
  std::vector<CodeLabel> values;
  std::string comment;
};

class ColumnEvidence {
 public:
  void add(std::string_view cell);

  /// True where decimals are written with this sign: what the whole file then needs to say.
  [[nodiscard]] bool has_decimals(char sign) const;
  /// `decimal`: the sign that the file's rule will say.
  [[nodiscard]] ColumnGuess guess(char decimal) const;

 private:
  [[nodiscard]] std::uint64_t values() const;
  [[nodiscard]] bool unique() const;
  void guess_words(ColumnGuess& guess) const;
  void guess_numbers(ColumnGuess& guess, char decimal) const;

  std::uint64_t empty_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> tokens_;  ///< "NA" and its kind
  std::uint64_t integers_ = 0;
  std::uint64_t points_ = 0;  ///< numbers with a decimal point
  std::uint64_t commas_ = 0;  ///< numbers with a decimal comma
  std::uint64_t dates_ = 0;
  std::uint64_t words_ = 0;  ///< everything else
  int decimals_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> counts_;  ///< until there are too many
  std::size_t counted_bytes_ = 0;
  bool too_many_ = false;
  DistinctEstimate distinct_;
};

}  // namespace sceau::policies
