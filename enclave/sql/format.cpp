// Cells of a computed table as the rows that PostgreSQL would answer the SELECT with.

#include <algorithm>

#include "enclave/sql/fault.h"
#include "enclave/sql/numeric.h"
#include "enclave/sql/plan.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

using disclosure::Cell;
using disclosure::Column;
using disclosure::ColumnResult;
using disclosure::Evidence;
using disclosure::Function;
using disclosure::Number;

std::optional<Numeric> exact_numeric(const Number& number) {
  switch (number.kind) {
    case Number::Kind::null:
    case Number::Kind::real:
      return std::nullopt;
    case Number::Kind::exact:
      return Numeric::of(number.numerator, number.scale);
    case Number::Kind::quotient:
      return divide(Numeric::of(number.numerator, number.scale),
                    Numeric::of(number.denominator, number.denominator_scale));
  }
  return std::nullopt;
}

double real_of(const Number& number) {
  if (number.kind == Number::Kind::real) return number.real;
  const auto over = Numeric::of(number.numerator, number.scale).real();
  if (number.kind == Number::Kind::exact) return over;
  return over / Numeric::of(number.denominator, number.denominator_scale).real();
}

/// Variance and deviation as PostgreSQL prints them, from the sums behind the cell.
std::optional<Numeric> exact_variance(const Column& column, const Evidence& evidence) {
  const auto function = column.statistic.function;
  const bool deviation = function == Function::standard_deviation;
  if (column.denominator || (!deviation && function != Function::variance)) return std::nullopt;
  const auto sum = exact_numeric(evidence.sum), squares = exact_numeric(evidence.squares);
  if (!sum || !squares) return std::nullopt;
  return variance(evidence.rows, *sum, *squares, true, deviation);
}

bool counts(Function function) {
  return function == Function::count_rows || function == Function::count_values ||
         function == Function::count_distinct;
}

/// Whether a statistic has a value in a cell, as SQL sees it.
bool has_value(Function function, const Evidence& evidence) {
  if (counts(function)) return true;
  const bool spread = function == Function::variance || function == Function::standard_deviation;
  return evidence.rows >= (spread ? 2 : 1);
}

/// A ratio without a value although both sides have one: its divisor is 0.
bool divides_by_zero(const Column& column, const ColumnResult& result) {
  return column.denominator && result.denominator && result.value.kind == Number::Kind::null &&
         has_value(column.statistic.function, result.evidence) &&
         has_value(column.denominator->function, *result.denominator);
}

std::string integer_text(const Number& number, Type type) {
  std::optional<std::int64_t> whole;
  if (number.kind == Number::Kind::real) {
    const auto rounded = Numeric::of(number.real);
    whole = rounded ? rounded->integer() : std::nullopt;
  } else {
    whole = exact_numeric(number)->integer();
  }
  const auto text = whole ? std::to_string(*whole) : std::string();
  if (!parse_integer(text, type)) {
    throw SqlError("22003", "sql.out_of_range", {std::string(name(type))});
  }
  return text;
}

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
    if (!plan_.order.empty()) sort(rows);
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
    const auto& column = table_.tabulation.columns[output.index];
    const auto& result = cell.columns[output.index];
    if (result.value.kind == Number::Kind::null) {
      if (divides_by_zero(column, result) && !output.null_if_zero) {
        throw SqlError("22012", "sql.division_by_zero");
      }
      return std::nullopt;
    }
    if (output.type == Type::int4 || output.type == Type::int8) {
      return integer_text(result.value, output.type);
    }
    if (output.type == Type::float8) return real_text(real_of(result.value));
    auto number = exact_variance(column, result.evidence);
    if (!number) number = exact_numeric(result.value);
    if (!number) number = Numeric::of(result.value.real);
    if (!number) throw SqlError("22003", "sql.numeric_range");
    return output.scale >= 0 ? round_to(*number, output.scale).text() : number->text();
  }

  void sort(std::vector<Row>& rows) const {
    std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
      for (const auto& key : plan_.order) {
        const int order = compare_cells(a[key.output], b[key.output], key);
        if (order != 0) return order < 0;
      }
      return false;
    });
  }

  [[nodiscard]] int compare_cells(const std::optional<std::string>& a,
                                  const std::optional<std::string>& b, const OrderKey& key) const {
    if (!a || !b) {
      if (!a && !b) return 0;
      return (!a) == key.nulls_first ? -1 : 1;
    }
    int order = a->compare(*b);
    if (is_number(plan_.outputs[key.output].type)) {
      const auto x = Numeric::parse(*a), y = Numeric::parse(*b);
      if (x && y) order = compare(*x, *y);
    }
    return key.descending ? -order : order;
  }

  const disclosure::Table& table_;
  const TabulationPlan& plan_;
};

}  // namespace

std::vector<Row> format_rows(const disclosure::Table& table, const TabulationPlan& plan) {
  return Formatter(table, plan).rows();
}

std::vector<Type> types_of(const TabulationPlan& plan) {
  std::vector<Type> types;
  for (const auto& output : plan.outputs) types.push_back(output.type);
  return types;
}

}  // namespace sceau::enclave::sql
