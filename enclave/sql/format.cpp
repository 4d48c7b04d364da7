// Cells of a computed table as the rows that PostgreSQL would answer the SELECT with.

#include <algorithm>

#include "enclave/sql/cell_value.h"
#include "enclave/sql/numeric.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave::sql {
namespace {

using disclosure::Cell;

class Formatter {
 public:
  Formatter(const disclosure::Table& table, const TabulationPlan& plan)
      : table_(table), plan_(plan) {}

  std::vector<Row> rows() const {
    std::vector<Row> rows;
    for (const auto& cell : table_.cells) {
      if (!shown(cell)) continue;
      Row row;
      for (const auto& output : plan_.outputs) {
        if (!output.grouping.empty()) {
          row.push_back(grouping(cell, output.grouping));
        } else {
          row.push_back(output.is_dimension ? member(cell, output.index) : value(cell, output));
        }
      }
      rows.push_back(std::move(row));
    }
    sort_rows(rows, plan_);
    return rows;
  }

 private:
  /// SQL shows groups that occur; a group of everything always does.
  [[nodiscard]] bool shown(const Cell& cell) const {
    const bool everything = table_.tabulation.grouping_sets[cell.grouping_set] == 0;
    return !cell.suppressed && (cell.rows > 0 || everything);
  }

  [[nodiscard]] std::optional<std::string> member(const Cell& cell, std::size_t dimension) const {
    const auto member = cell.key[dimension];
    if (member == disclosure::total) return std::nullopt;
    return table_.domains[dimension].codes[static_cast<std::size_t>(member)];
  }

  /// GROUPING(a, b): a bit for each argument, 1 where the cell's set leaves it out.
  [[nodiscard]] std::string grouping(const Cell& cell,
                                     const std::vector<std::size_t>& dimensions) const {
    const auto kept = table_.tabulation.grouping_sets[cell.grouping_set];
    std::uint64_t bits = 0;
    for (const auto dimension : dimensions) bits = bits * 2 + (((kept >> dimension) & 1U) ^ 1U);
    return std::to_string(bits);
  }

  [[nodiscard]] std::optional<std::string> value(const Cell& cell,
                                                 const OutputColumn& output) const {
    return cell_value(table_.tabulation.columns[output.index], cell.columns[output.index], output);
  }

  const disclosure::Table& table_;
  const TabulationPlan& plan_;
};

int compare_cells(const std::optional<std::string>& a, const std::optional<std::string>& b,
                  const OrderKey& key, Type type) {
  if (!a || !b) {
    if (!a && !b) return 0;
    return (!a) == key.nulls_first ? -1 : 1;
  }
  int order = a->compare(*b);
  if (is_number(type)) {
    const auto x = Numeric::parse(*a), y = Numeric::parse(*b);
    if (x && y) order = compare(*x, *y);
  }
  return key.descending ? -order : order;
}

}  // namespace

void sort_rows(std::vector<Row>& rows, const TabulationPlan& plan) {
  if (plan.order.empty()) return;
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    for (const auto& key : plan.order) {
      const auto type = plan.outputs[key.output].type;
      const int order = compare_cells(a[key.output], b[key.output], key, type);
      if (order != 0) return order < 0;
    }
    return false;
  });
}

std::vector<Row> format_rows(const disclosure::Table& table, const TabulationPlan& plan) {
  return Formatter(table, plan).rows();
}

std::vector<Type> types_of(const TabulationPlan& plan) {
  std::vector<Type> types;
  for (const auto& output : plan.outputs) types.push_back(output.type);
  return types;
}

}  // namespace sceau::enclave::sql
