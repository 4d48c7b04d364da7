// Which tables make which figures.

#include <algorithm>
#include <array>
#include <utility>

#include "disclosure/figure.h"

namespace sceau::disclosure {
namespace {

constexpr std::array<std::pair<Chart, std::string_view>, 4> names = {
    {{Chart::bar, "bar"},
     {Chart::histogram, "histogram"},
     {Chart::line, "line"},
     {Chart::box, "box"}}};

bool is_count(const Column& column) {
  const Function function = column.statistic.function;
  return !column.denominator &&
         (function == Function::count_rows || function == Function::count_values ||
          function == Function::count_distinct || function == Function::weighted_count);
}

bool has_quantile(const Tabulation& tabulation, const Decimal& fraction) {
  return std::any_of(tabulation.columns.begin(), tabulation.columns.end(), [&](const Column& one) {
    return has_fraction(one.statistic.function) &&
           policies::compare(one.statistic.fraction, fraction) == 0;
  });
}

bool makes_boxes(const Tabulation& tabulation) {
  const auto& columns = tabulation.columns;
  if (tabulation.dimensions.size() > 1 || columns.empty()) return false;
  for (const Column& column : columns) {
    const Statistic& statistic = column.statistic;
    const bool position = has_fraction(statistic.function) ||
                          statistic.function == Function::minimum ||
                          statistic.function == Function::maximum;
    if (!position || column.denominator || statistic.operand != columns[0].statistic.operand ||
        statistic.filter != columns[0].statistic.filter) {
      return false;
    }
  }
  return has_quantile(tabulation, {25, 2}) && has_quantile(tabulation, {5, 1}) &&
         has_quantile(tabulation, {75, 2});
}

bool makes_histogram(const Tabulation& tabulation) {
  return tabulation.dimensions.size() == 1 && tabulation.columns.size() == 1 &&
         std::holds_alternative<WidthBucket>(tabulation.dimensions[0].from) &&
         is_count(tabulation.columns[0]);
}

bool makes_marks(const Tabulation& tabulation) {
  const std::size_t dimensions = tabulation.dimensions.size();
  return (dimensions == 1 || dimensions == 2) && tabulation.columns.size() == 1 &&
         tabulation.columns[0].statistic.function != Function::mode;  // a code has no length
}

bool has_shape(const Tabulation& tabulation, Chart chart) {
  switch (chart) {
    case Chart::bar:
    case Chart::line:
      return makes_marks(tabulation);
    case Chart::histogram:
      return makes_histogram(tabulation);
    case Chart::box:
      return makes_boxes(tabulation);
  }
  return false;
}

}  // namespace

std::string_view to_string(Chart chart) {
  const auto* const at = std::find_if(names.begin(), names.end(),
                                      [&](const auto& name) { return name.first == chart; });
  return at == names.end() ? std::string_view{} : at->second;
}

std::optional<Chart> parse_chart(std::string_view text) {
  for (const auto& [chart, name] : names) {
    if (name == text) return chart;
  }
  return std::nullopt;
}

std::optional<Message> why_no_figure(const Tabulation& tabulation, Chart chart) {
  const std::uint32_t all = (1U << tabulation.dimensions.size()) - 1;
  if (tabulation.grouping_sets != std::vector<std::uint32_t>{all}) {
    return Message{"figure.margins", {}};
  }
  if (!has_shape(tabulation, chart)) {
    return Message{"figure." + std::string(to_string(chart)) + "_shape", {}};
  }
  return std::nullopt;
}

}  // namespace sceau::disclosure
