#pragma once
// What a figure shows, before it has a shape: labels and rounded numbers in a grid.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "disclosure/figure.h"

namespace sceau::disclosure {

/// Words that stand in a figure.
struct FigureWords {
  std::string_view chart;       ///< "Bar chart"
  std::string_view by;          ///< "count(*) by academie"
  std::string_view suppressed;  ///< beside the mark of a suppressed cell
  std::string_view no_value;
};
[[nodiscard]] FigureWords words_of(Chart chart, std::string_view language);

struct Point {
  enum class Kind { value, suppressed, none };
  Kind kind = Kind::none;
  double at = 0;     ///< of the released number, as rounded
  std::string text;  ///< the same for the reader: "1 234,5"
};

struct FigureData {
  std::string heading;    ///< statistics by dimensions
  std::string statistic;  ///< of the axis
  std::vector<std::string> categories;
  std::vector<double> positions;           ///< line: where categories stand, ascending
  std::vector<bool> joined;                ///< line: false for NULL, which has no place in an order
  std::vector<std::string> series;         ///< labels; box: columns by position
  std::vector<std::vector<Point>> points;  ///< [series][category]
  std::string below, above;                ///< histogram: labels of what lies outside
  std::vector<int> buckets;                ///< histogram: 0, 1 … n + 1
  int bucket_count = 0;
  std::vector<std::string> edges;                ///< histogram: n + 1 texts, or none
  std::size_t lower = 0, middle = 0, upper = 0;  ///< box: series of the quartiles
};

/// "-1234.50" as people read it: "−1 234,50" (fr), "−1,234.50" (en).
[[nodiscard]] std::string number_text(std::string_view plain, std::string_view language);

/// `table` must have a shape that why_no_figure lets pass.
[[nodiscard]] std::variant<FigureData, Message> figure_data(const Table& table, Chart chart,
                                                            const policies::Codebook& codebook,
                                                            std::string_view language);

}  // namespace sceau::disclosure
