#include "enclave/server/shown.h"

#include "enclave/server/wire.h"
#include "enclave/sql/numeric.h"

namespace sceau::enclave {
namespace {

using Text = std::optional<std::string>;

/// GROUPING(a, b): a bit for each argument, 1 where the cell's set leaves it out.
std::string grouping(std::uint32_t kept, const std::vector<std::size_t>& dimensions) {
  std::uint64_t bits = 0;
  for (const auto dimension : dimensions) bits = bits * 2 + (((kept >> dimension) & 1U) ^ 1U);
  return std::to_string(bits);
}

/// The released number in the type that the client was told of.
Text number(const Text& value, const sql::OutputColumn& output) {
  if (!value) return std::nullopt;
  const bool whole = output.type == sql::Type::int4 || output.type == sql::Type::int8;
  const auto scale = whole ? 0 : output.type == sql::Type::numeric ? output.scale : -1;
  const auto exact = scale < 0 ? std::nullopt : sql::Numeric::parse(*value);
  return exact && exact->scale > scale ? sql::round_to(*exact, scale).text() : value;
}

sql::Row row_of(const ShownCell& cell, const sql::TabulationPlan& plan) {
  const auto& tabulation = plan.tabulation;
  const bool fits = cell.grouping_set < tabulation.grouping_sets.size() &&
                    cell.codes.size() == tabulation.dimensions.size() &&
                    cell.values.size() == tabulation.columns.size();
  if (!fits) WireReader::refuse();
  sql::Row row;
  for (const auto& output : plan.outputs) {
    if (!output.grouping.empty()) {
      row.push_back(grouping(tabulation.grouping_sets[cell.grouping_set], output.grouping));
    } else if (output.is_dimension) {
      row.push_back(cell.codes.at(output.index));
    } else {
      row.push_back(number(cell.values.at(output.index), output));
    }
  }
  return row;
}

}  // namespace

std::vector<sql::Row> shown_rows(const std::vector<ShownCell>& cells,
                                 const sql::TabulationPlan& plan) {
  std::vector<sql::Row> rows;
  for (const auto& cell : cells) rows.push_back(row_of(cell, plan));
  sql::sort_rows(rows, plan);
  return rows;
}

}  // namespace sceau::enclave
