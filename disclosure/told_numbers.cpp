#include "disclosure/told_numbers.h"

#include <algorithm>
#include <optional>

#include "disclosure/exact.h"
#include "disclosure/judge.h"
#include "disclosure/statistic_class.h"

namespace sceau::disclosure {
namespace {

/// The evidence of one part of a column in a cell: its statistic, its divisor, or the ones of
/// either.
using Part = const Evidence* (*)(const ColumnResult&);

const Evidence* of_statistic(const ColumnResult& result) { return &result.evidence; }
const Evidence* of_denominator(const ColumnResult& result) { return &*result.denominator; }
const Evidence* of_holding(const ColumnResult& result) { return &*result.holding; }
const Evidence* of_other_holding(const ColumnResult& result) {
  return &*result.denominator_holding;
}

class Reading {
 public:
  explicit Reading(const Table& table) : table_(table) {}

  std::optional<Message> read() {
    for (std::size_t c = 0; c < table_.tabulation.columns.size(); ++c) {
      if (auto reason = column(c)) return reason;
    }
    std::stable_sort(numbers.begin(), numbers.end(),
                     [](const auto& a, const auto& b) { return a.is_count > b.is_count; });
    return std::nullopt;
  }

  std::vector<ToldNumber> numbers;

 private:
  std::optional<Message> column(std::size_t c) {
    const Column& column = table_.tabulation.columns[c];
    name_ = describe(column);
    if (column.model) return Message{"protection.model", {name_}};
    const ColumnResult& first = table_.cells.front().columns[c];
    if (auto reason = statistic(c, column.statistic, of_statistic, first.holding.has_value())) {
      return reason;
    }
    if (first.holding) counts(c, of_holding, true);
    if (!column.denominator) return std::nullopt;
    const bool ones = first.denominator_holding.has_value();
    if (auto reason = statistic(c, *column.denominator, of_denominator, ones)) return reason;
    if (ones) counts(c, of_other_holding, true);
    return std::nullopt;
  }

  std::optional<Message> statistic(std::size_t c, const Statistic& one, Part part, bool ones) {
    if (is_weighted(one.function)) return Message{"protection.weighted", {name_}};
    counts(c, part, telling_of(one, ones) == Telling::count);
    const bool adds_up = class_of(one.function) == StatisticClass::linear && !ones;
    return adds_up ? sums(c, part) : std::nullopt;
  }

  void counts(std::size_t c, Part part, bool shares) {
    ToldNumber number;
    number.has_shares = shares;
    for (const Cell& cell : table_.cells) {
      number.evidence.push_back(part(cell.columns[c]));
      number.values.push_back(number.evidence.back()->rows);
    }
    keep(std::move(number));
  }

  std::optional<Message> sums(std::size_t c, Part part) {
    ToldNumber number;
    number.is_count = false;
    number.has_shares = true;
    for (const Cell& cell : table_.cells) {
      const Evidence* evidence = part(cell.columns[c]);
      const Number& sum = evidence->sum;
      if (sum.kind == Number::Kind::real) return Message{"protection.not_exact", {name_}};
      const bool none = sum.kind == Number::Kind::null;
      if (!none) number.scale = sum.scale;
      if (!none && magnitude(sum.numerator) > static_cast<UInt128>(largest_value)) {
        return Message{"protection.large", {name_}};
      }
      number.evidence.push_back(evidence);
      number.values.push_back(none ? 0 : static_cast<std::int64_t>(sum.numerator));
    }
    keep(std::move(number));
    return std::nullopt;
  }

  /// count(*) and count(note) of a table without NULLs are one number.
  void keep(ToldNumber number) {
    for (ToldNumber& known : numbers) {
      if (known.is_count != number.is_count || known.values != number.values) continue;
      if (known.has_shares || !number.has_shares) return;
      known.has_shares = true;
      known.evidence = std::move(number.evidence);
      return;
    }
    number.statistic = name_;
    numbers.push_back(std::move(number));
  }

  const Table& table_;
  std::string name_;
};

/// Its only contributor knows the value.
bool is_single(const Evidence& evidence) {
  return evidence.units <= 1 ||
         std::any_of(evidence.contributions.begin(), evidence.contributions.end(),
                     [](const Contributions& kind) { return kind.distinct <= 1; });
}

}  // namespace

bool ToldNumber::has_negatives() const {
  return std::any_of(evidence.begin(), evidence.end(),
                     [](const Evidence* one) { return one->negatives > 0; });
}

std::variant<std::vector<ToldNumber>, Message> told_numbers(const Table& table) {
  if (table.cells.empty()) return Message{"protection.empty", {}};
  Reading reading(table);
  if (auto reason = reading.read()) return *reason;
  return std::move(reading.numbers);
}

NumberCells cells_of(const Table& table, const ToldNumber& number, const Marked& marked) {
  const Tabulation& tabulation = table.tabulation;
  const std::uint32_t shown = shown_dimensions(tabulation);
  NumberCells made;
  CellTable& cells = made.cells;
  std::vector<std::size_t> kept;
  for (std::size_t d = 0; d < table.domains.size(); ++d) {
    if (((shown >> d) & 1U) == 0) continue;
    kept.push_back(d);
    TableDimension& dimension = cells.dimensions.emplace_back();
    dimension.name = table.domains[d].name;
    for (const auto& code : table.domains[d].codes) dimension.codes.push_back(code.value_or("NA"));
    const bool has_total =
        std::any_of(tabulation.grouping_sets.begin(), tabulation.grouping_sets.end(),
                    [d](std::uint32_t set) { return ((set >> d) & 1U) == 0; });
    if (!has_total) continue;
    dimension.total = static_cast<std::uint32_t>(dimension.codes.size());
    dimension.codes.emplace_back("Total");
  }
  bool zero_is_hidden = false;
  bool empty_is_hidden = !marked.zeros_published;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    if (marked.hidden[i] == 0) continue;
    zero_is_hidden = zero_is_hidden || number.values[i] == 0;
    empty_is_hidden = empty_is_hidden || table.cells[i].rows == 0;
  }
  cells.counts = number.is_count;
  cells.zeros_published = number.is_count && marked.zeros_published && !zero_is_hidden;
  cells.least = number.has_negatives() ? -largest_value : cells.zeros_published ? 1 : 0;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& from = table.cells[i];
    if (from.rows == 0 && !empty_is_hidden) continue;
    TableCell cell;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      const Member member = from.key[kept[k]];
      cell.codes.push_back(member == total ? *cells.dimensions[k].total
                                           : static_cast<std::uint32_t>(member));
    }
    cell.value = number.values[i];
    cell.cost = std::min<std::int64_t>(from.rows + 1, largest_cost);
    cell.primary = marked.hidden[i] != 0;
    if (marked.primary[i] != 0) cell.demand = marked.demands[i];
    cell.single = is_single(*number.evidence[i]);
    cells.cells.push_back(std::move(cell));
    made.places.push_back(i);
  }
  return made;
}

}  // namespace sceau::disclosure
