#include "tests/disclosure/dump.h"

#include <sstream>

namespace sceau::disclosure::build {
namespace {

std::string shown(const Number& number) { return to_string(number, 6); }

void dump(const Evidence& evidence, std::ostream& out) {
  out << " rows " << evidence.rows << " units " << evidence.units << " sum " << shown(evidence.sum)
      << " abs " << shown(evidence.absolute_sum) << " squares " << shown(evidence.squares)
      << " negatives " << evidence.negatives << " min "
      << (evidence.minimum ? shown(*evidence.minimum) : "-") << " x" << evidence.minimum_units
      << " max " << (evidence.maximum ? shown(*evidence.maximum) : "-") << " x"
      << evidence.maximum_units << " distinct " << evidence.distinct_values << " mode "
      << evidence.mode_units << " sides " << evidence.below << " " << evidence.above << " weighted "
      << shown(evidence.weighted_total);
  for (const Contributions& kind : evidence.contributions) {
    out << " [" << kind.kind << " " << kind.distinct << " of " << shown(kind.total) << ":";
    for (const Number& one : kind.largest) out << " " << shown(one);
    out << "]";
  }
}

void dump(const char* name, const Boxed<Evidence>& evidence, std::ostream& out) {
  if (!evidence) return;
  out << " " << name;
  dump(*evidence, out);
}

}  // namespace

std::string dump(const Table& table, bool with_evidence) {
  std::ostringstream out;
  for (const Cell& cell : table.cells) {
    out << cell.grouping_set << " ";
    for (std::size_t d = 0; d < cell.key.size(); ++d) {
      out << (cell.key[d] == total
                  ? "*"
                  : table.domains[d].codes[static_cast<std::size_t>(cell.key[d])].value_or("-"))
          << ",";
    }
    out << " " << cell.rows << (cell.suppressed ? " hidden" : "");
    if (with_evidence) out << " units " << cell.units;
    for (const ColumnResult& column : cell.columns) {
      out << " = " << (column.text ? *column.text : shown(column.value));
      if (!with_evidence) continue;
      dump(column.evidence, out);
      dump("holding", column.holding, out);
      dump("divisor", column.denominator, out);
      dump("divisor holding", column.denominator_holding, out);
    }
    out << "\n";
  }
  return out.str();
}

}  // namespace sceau::disclosure::build
