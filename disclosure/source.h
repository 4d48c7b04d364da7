#pragma once
// Where rows come from, as the tabulation engine sees them: columns in segments, already decoded.
// A sealed store, a stack of vintages, a CSV file in memory and a test's three rows are all
// Sources; the engine knows none of them apart.
//
// A column is one of
//   codes   dictionary codes 0..n-1, null_code where NULL (category, date as ISO text, text,
//           identifier pseudonym); the dictionary is one for all segments
//   scaled  int64 mantissas, value = mantissa / 10^scale (integer: scale 0)
//   real    doubles (decimals that don't fit the scale exactly)
// Each Source has the codes column "vintage" (constant in a segment).

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::disclosure {

inline constexpr std::uint32_t null_code = 0xffffffffU;

enum class ColumnKind { codes, scaled, real };

struct ColumnInfo {
  std::string name;
  ColumnKind kind = ColumnKind::codes;
  int scale = 0;  ///< scaled only
};

/// One segment of one column. Only the vector of its kind is filled; `present` is empty where no
/// value is NULL, else one byte a row (0: NULL, and the value is 0). Codes mark NULL by null_code.
struct Segment {
  ColumnKind kind = ColumnKind::codes;
  std::vector<std::uint32_t> codes;
  std::vector<std::int64_t> scaled;
  std::vector<double> real;
  std::vector<std::uint8_t> present;
};

/// One segment of one column, held ready to be decoded a part at a time: what is computed with in
/// one go should fit a processor's cache.
class LoadedColumn {
 public:
  virtual ~LoadedColumn() = default;
  /// Rows first … first + count - 1, as Source::read gives them. `first` is a multiple of 64.
  virtual void decode(std::uint32_t first, std::uint32_t count, Segment& out) = 0;
};

/// Smallest and largest mantissa of a scaled column.
struct Bounds {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

struct Reference;  // tabulation.h

class Source {
 public:
  virtual ~Source() = default;

  [[nodiscard]] virtual std::string dataset() const = 0;
  [[nodiscard]] virtual std::vector<std::string> vintages() const = 0;  ///< ascending

  [[nodiscard]] virtual std::size_t segments() const = 0;
  [[nodiscard]] virtual std::uint32_t rows(std::size_t segment) const = 0;
  [[nodiscard]] virtual std::string vintage(std::size_t segment) const = 0;

  /// In the codebook's order; hidden variables and those that a permit leaves out are not there.
  [[nodiscard]] virtual std::vector<ColumnInfo> columns() const = 0;
  /// Of a codes column: entry i is the text of code i. Stable while the Source lives.
  [[nodiscard]] virtual const std::vector<std::string>& dictionary(
      std::string_view column) const = 0;

  /// Its size, where that is known without its texts.
  [[nodiscard]] virtual std::uint64_t dictionary_size(std::string_view column) const {
    return dictionary(column).size();
  }

  /// Whether a segment can hold a scaled value in [low, high] (false only when surely not).
  [[nodiscard]] virtual bool may_contain(std::size_t segment, std::string_view column,
                                         std::int64_t low, std::int64_t high) const = 0;

  /// Whether a segment of a codes column can hold a code for which `wanted` is true (false only
  /// when surely not).
  [[nodiscard]] virtual bool may_hold_code(
      std::size_t /*segment*/, std::string_view /*column*/,
      const std::function<bool(std::uint32_t)>& /*wanted*/) const {
    return true;
  }

  /// Decodes into `out`, reusing its memory. Safe from several threads at once.
  virtual void read(std::size_t segment, std::string_view column, Segment& out) const = 0;

  /// The same, in parts. `into` may hold what an earlier call gave: its memory is used again. Safe
  /// from several threads at once, each with an `into` of its own.
  virtual void load(std::size_t segment, std::string_view column,
                    std::unique_ptr<LoadedColumn>& into) const;

  /// Of all segments of a scaled column; nullopt: not known.
  [[nodiscard]] virtual std::optional<Bounds> bounds(std::string_view) const {
    return std::nullopt;
  }

  /// Whether it is known that rows which share a value of `column` share their value of `other` too
  /// (its being NULL as well), as a school's pupils share its département.
  [[nodiscard]] virtual bool determines(std::string_view, std::string_view) const { return false; }

  /// Whether rows of this vintage have the columns that the reference joins.
  [[nodiscard]] virtual bool joins(const Reference& /*reference*/,
                                   std::string_view /*vintage*/) const {
    return false;
  }

  [[nodiscard]] std::optional<ColumnInfo> column(std::string_view name) const {
    for (auto& info : columns()) {
      if (info.name == name) return info;
    }
    return std::nullopt;
  }
};

}  // namespace sceau::disclosure
