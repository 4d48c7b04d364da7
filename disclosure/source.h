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

  /// Whether a segment can hold a scaled value in [low, high] (false only when surely not).
  [[nodiscard]] virtual bool may_contain(std::size_t segment, std::string_view column,
                                         std::int64_t low, std::int64_t high) const = 0;

  /// Decodes into `out`, reusing its memory. Safe from several threads at once.
  virtual void read(std::size_t segment, std::string_view column, Segment& out) const = 0;

  [[nodiscard]] std::optional<ColumnInfo> column(std::string_view name) const {
    for (auto& info : columns()) {
      if (info.name == name) return info;
    }
    return std::nullopt;
  }
};

}  // namespace sceau::disclosure
