// GROUPING SETS, ROLLUP and CUBE: SQLite has none, so that each set is a SELECT of its own, in
// which the grouping expressions that the set leaves out are NULL; UNION ALL joins them.

#include <algorithm>

#include "enclave/sql/explore.h"
#include "enclave/sql/fault.h"
#include "enclave/sql/generator.h"

namespace sceau::enclave::sql {
namespace {

bool has_window(const Select& query) {
  bool found = false;
  for_each_const_expr(query, [&](const Expr& expr) { found = found || expr.over; });
  return found;
}

}  // namespace

Generator::Standing Generator::standing(const Expr& expr, const Frame& frame) {
  if (!frame.set || frame.outside_groups) return Standing::no_group;
  const auto& group = frame.select->group;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!same(group[i], expr)) continue;
    const bool kept = std::find(frame.set->begin(), frame.set->end(), i) != frame.set->end();
    return kept ? Standing::kept : Standing::left_out;
  }
  return Standing::no_group;
}

bool Generator::left_out(const Expr& expr, const Frame& frame) {
  return standing(expr, frame) == Standing::left_out;
}

/// GROUPING(a, b): a bit for each argument, 1 where the set leaves it out.
std::string Generator::grouping(const Expr& expr) const {
  long bits = 0;
  for (const auto& arg : expr.args) bits = bits * 2 + (left_out(arg, frames_.back()) ? 1 : 0);
  return std::to_string(bits);
}

std::string Generator::grouping_sets(const Select& select) {
  if (select.grouping_sets.size() > max_compound) {
    throw SqlError("54001", "sql.too_many_sets", {std::to_string(max_compound)});
  }
  if (has_window(select)) throw SqlError("0A000", "sql.sets_with_window");
  // Keys of ORDER BY that are no outputs become further columns.
  auto widened = select;
  widened.distinct = false;
  for (auto& key : widened.order) {
    if (key.output) continue;
    key.output = widened.targets.size();
    widened.targets.push_back({key.expr, ""});
  }
  std::string all;
  frames_.back().select = &widened;
  for (const auto& set : widened.grouping_sets) {
    frames_.back().set = &set;
    all += (all.empty() ? "" : " UNION ALL ") + core_body(widened, false);
  }
  frames_.back().set = nullptr;
  frames_.back().select = &select;
  std::string text = select.distinct ? "SELECT DISTINCT " : "SELECT ";
  for (std::size_t i = 0; i < select.targets.size(); ++i) {
    const auto name = "c" + std::to_string(i + 1);
    const bool numeric = select.targets[i].expr.type == Type::numeric;
    text += (i > 0 ? ", " : "") + name + (numeric ? " COLLATE s_numeric AS " : " AS ") + name;
  }
  return text + " FROM (" + all + ")" + set_order(widened);
}

std::string Generator::set_order(const Select& select) {
  std::string text;
  for (const auto& key : select.order) {
    text += text.empty() ? " ORDER BY " : ", ";
    text += "c" + std::to_string(*key.output + 1);
    if (key.expr.type == Type::numeric) text += " COLLATE s_numeric";
    text += order_suffix(key);
  }
  return text;
}

}  // namespace sceau::enclave::sql
