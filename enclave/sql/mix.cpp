#include "enclave/sql/mix.h"

#include <algorithm>
#include <utility>

#include "disclosure/statistic_class.h"
#include "enclave/sql/computed.h"
#include "enclave/sql/explore.h"
#include "enclave/sql/flatten.h"
#include "enclave/sql/flatten_joins.h"
#include "enclave/sql/functions.h"
#include "enclave/sql/tabulate.h"
#include "enclave/sql/typing.h"

namespace sceau::enclave::sql {
namespace {

bool is_aggregate_call(const Expr& expr) {
  if (expr.kind != Expr::Kind::call || expr.over) return false;
  return expr.star || (expr.signature && is_aggregate(*expr.signature));
}

/// Variances of doubles, correlations and lines: PostgreSQL updates them row by row, as our
/// aggregates do and the engine does not, so that last digits differ.
bool spreads_reals(const TabulationPlan& plan) {
  return std::any_of(plan.outputs.begin(), plan.outputs.end(), [&](const OutputColumn& output) {
    if (output.is_dimension || output.type != Type::float8) return false;
    const auto function = plan.tabulation.columns[output.index].statistic.function;
    return disclosure::class_of(function) == disclosure::StatisticClass::shape ||
           disclosure::class_of(function) == disclosure::StatisticClass::correlation;
  });
}

/// A SELECT that groups one data set, or one with others joined to it, being cut: `inner` gathers
/// the groups and their statistics, the expressions of the other half come to name its columns.
class Cut {
 public:
  explicit Cut(Select select) : outer_(std::move(select)) {}

  /// False where it can't be cut.
  bool make() {
    if (outer_.set != Select::Set::none || !outer_.values.empty() || outer_.from.size() != 1 ||
        (outer_.from[0].kind != From::Kind::relation && outer_.from[0].kind != From::Kind::join)) {
      return false;
    }
    if (!outer_.grouped && !group_distinct()) return false;
    inner_.from = outer_.from;
    inner_.where = std::exchange(outer_.where, {});
    inner_.group = std::exchange(outer_.group, {});
    inner_.grouping_sets = std::exchange(outer_.grouping_sets, {});
    inner_.grouped = true;
    outer_.grouped = false;
    for (const auto& key : inner_.group) select(key);
    collect_groupings();
    rewrite_all();
    if (failed_) return false;
    if (inner_.targets.size() == inner_.group.size()) select(count_of_rows());
    outer_.where = std::exchange(outer_.having, {});
    return true;
  }

  [[nodiscard]] const Select& inner() const { return inner_; }
  /// The part's columns are those of `inner`, with these in between: behind the groups, a column
  /// for each GROUPING().
  void add_groupings(std::vector<OutputColumn>& outputs) const {
    auto at = outputs.begin() + static_cast<std::ptrdiff_t>(inner_.group.size());
    for (const auto& groups : groupings_) {
      OutputColumn output;
      output.type = Type::int4;
      output.grouping = groups;
      at = outputs.insert(at, std::move(output)) + 1;
    }
  }
  /// The other half, reading the part of that index.
  [[nodiscard]] Select outer(std::size_t part) && {
    From leaf;
    leaf.kind = From::Kind::system;
    leaf.position = outer_.position;
    leaf.schema = "sceau";
    leaf.name = computed_name(part);
    leaf.columns = inner_.columns;
    leaf.columns.insert(leaf.columns.begin() + static_cast<std::ptrdiff_t>(inner_.group.size()),
                        groupings_.size(), {"grouping", Type::int4});
    outer_.from = {std::move(leaf)};
    return std::move(outer_);
  }

 private:
  /// SELECT DISTINCT a, b is GROUP BY a, b.
  bool group_distinct() {
    if (!outer_.distinct || outer_.having) return false;
    std::vector<std::size_t> set;
    for (const auto& target : outer_.targets) {
      if (target.expr.kind == Expr::Kind::literal) continue;
      if (group_of(outer_.group, target.expr) < outer_.group.size()) continue;
      set.push_back(outer_.group.size());
      outer_.group.push_back(target.expr);
    }
    outer_.grouping_sets = {std::move(set)};
    return !outer_.group.empty();
  }

  static std::size_t group_of(const std::vector<Expr>& group, const Expr& expr) {
    const auto found = std::find_if(group.begin(), group.end(),
                                    [&](const Expr& item) { return same(item, expr); });
    return static_cast<std::size_t>(found - group.begin());
  }

  static Expr count_of_rows() {
    Expr count;
    count.kind = Expr::Kind::call;
    count.name = "count";
    count.star = true;
    count.type = Type::int8;
    return count;
  }

  std::size_t select(const Expr& expr) {
    inner_.targets.push_back({expr, output_name(expr)});
    inner_.columns.push_back({output_name(expr), expr.type});
    return inner_.targets.size() - 1;
  }

  void collect_groupings() {
    for_each_const_expr(outer_, [&](const Expr& expr, int depth) {
      if (expr.kind != Expr::Kind::grouping || depth != 0) return;
      auto groups = groups_of(expr);
      if (std::find(groupings_.begin(), groupings_.end(), groups) == groupings_.end()) {
        groupings_.push_back(std::move(groups));
      }
    });
  }

  [[nodiscard]] std::vector<std::size_t> groups_of(const Expr& grouping) const {
    std::vector<std::size_t> groups;
    for (const auto& arg : grouping.args) groups.push_back(group_of(inner_.group, arg));
    return groups;
  }

  void rewrite_all() {
    for (auto& target : outer_.targets) rewrite(target.expr);
    if (outer_.having) rewrite(*outer_.having);
    for (auto& key : outer_.order) rewrite(key.expr);
    name_outputs();
  }

  static void become(Expr& expr, std::size_t column) {
    Expr made;
    made.kind = Expr::Kind::column;
    made.type = expr.type;
    made.position = expr.position;
    made.column = column;
    expr = std::move(made);
  }

  void rewrite(Expr& expr) {
    const auto group = group_of(inner_.group, expr);
    if (group < inner_.group.size()) return become(expr, group);
    if (is_aggregate_call(expr)) return aggregate(expr);
    if (expr.kind == Expr::Kind::grouping) return grouping(expr);
    if (expr.kind == Expr::Kind::column && expr.level == 0) failed_ = true;
    for (auto& arg : expr.args) rewrite(arg);
    if (expr.filter) rewrite(*expr.filter);
    for (auto& key : expr.order) rewrite(key.expr);
    if (expr.over) {
      for (auto& item : expr.over->partition) rewrite(item);
      for (auto& key : expr.over->order) rewrite(key.expr);
    }
    if (expr.query) correlated(*expr.query);
  }

  void aggregate(Expr& expr) {
    for (std::size_t i = inner_.group.size(); i < inner_.targets.size(); ++i) {
      if (same(inner_.targets[i].expr, expr)) return become(expr, i + groupings_.size());
    }
    become(expr, select(expr) + groupings_.size());
  }

  void grouping(Expr& expr) {
    const auto found = std::find(groupings_.begin(), groupings_.end(), groups_of(expr));
    become(expr, inner_.group.size() + static_cast<std::size_t>(found - groupings_.begin()));
  }

  /// What a subquery takes from the SELECT around it are groups: plain columns.
  void correlated(Select& query) {
    for_each_expr(query, [&](Expr& expr, int depth) {
      if (expr.kind != Expr::Kind::column || expr.level != depth + 1) return;
      auto here = expr;
      here.level = 0;
      const auto group = group_of(inner_.group, here);
      if (group == inner_.group.size()) failed_ = true;
      expr.range = 0;
      expr.column = group;
    });
  }

  /// Flattening may have brought in the ORDER BY of a subquery, which numbers other outputs. It
  /// leaves windows and subqueries alone, of which no two are the same.
  void name_outputs() {
    for (auto& key : outer_.order) {
      bool computed_apart = false;
      for_each_const_expr(key.expr, [&](const Expr& expr) {
        computed_apart = computed_apart || expr.over || expr.query;
      });
      if (computed_apart) continue;
      key.output.reset();
      for (std::size_t i = 0; i < outer_.targets.size() && !key.output; ++i) {
        if (same(outer_.targets[i].expr, key.expr)) key.output = i;
      }
    }
    if (!outer_.distinct) return;
    std::erase_if(outer_.order, [](const Order& key) { return !key.output; });
  }

  Select outer_, inner_;
  std::vector<std::vector<std::size_t>> groupings_;
  bool failed_ = false;
};

class Mixer {
 public:
  explicit Mixer(const Catalog& catalog) : catalog_(catalog) {}

  void select(Select& select) {
    if (auto cut = this->cut(select)) select = std::move(*cut);
    if (select.left) this->select(*select.left);
    if (select.right) this->select(*select.right);
    for (auto& item : select.from) from(item);
    for (auto& row : select.values) exprs(row);
    for (auto& target : select.targets) expr(target.expr);
    if (select.where) expr(*select.where);
    if (select.having) expr(*select.having);
    for (auto& key : select.order) expr(key.expr);
    exprs(select.group);
  }

  [[nodiscard]] std::vector<TabulationPlan> take() && { return std::move(parts_); }

 private:
  std::optional<Select> cut(const Select& select) {
    if (parts_.size() == max_computed) return std::nullopt;
    Cut cut(flatten_joins(flatten(select)));
    if (!cut.make()) return std::nullopt;
    auto answer = tabulate_query(cut.inner(), catalog_);
    auto* part = std::get_if<TabulationPlan>(&answer);
    if (!part || spreads_reals(*part)) return std::nullopt;
    cut.add_groupings(part->outputs);
    if (part->outputs.size() > max_computed_columns) return std::nullopt;
    return std::move(cut).outer(number_of(std::move(*part)));
  }

  /// References to one CTE are copies of it: they share a part.
  std::size_t number_of(TabulationPlan part) {
    const auto known = std::find_if(parts_.begin(), parts_.end(), [&](const TabulationPlan& other) {
      return other.tabulation == part.tabulation && other.outputs == part.outputs;
    });
    if (known == parts_.end()) {
      parts_.push_back(std::move(part));
      return parts_.size() - 1;
    }
    return static_cast<std::size_t>(known - parts_.begin());
  }

  void exprs(std::vector<Expr>& items) {
    for (auto& item : items) expr(item);
  }

  void expr(Expr& expr) {
    exprs(expr.args);
    if (expr.filter) this->expr(*expr.filter);
    for (auto& key : expr.order) this->expr(key.expr);
    if (expr.over) {
      exprs(expr.over->partition);
      for (auto& key : expr.over->order) this->expr(key.expr);
    }
    if (expr.query) select(*expr.query);
  }

  void from(From& item) {
    if (item.select) select(*item.select);
    if (item.left) from(*item.left);
    if (item.right) from(*item.right);
    if (item.on) expr(*item.on);
  }

  const Catalog& catalog_;
  std::vector<TabulationPlan> parts_;
};

}  // namespace

std::optional<MixedPlan> mix_query(const Select& query, const Catalog& catalog) {
  auto around = query;
  Mixer mixer(catalog);
  mixer.select(around);
  MixedPlan plan;
  plan.parts = std::move(mixer).take();
  if (plan.parts.empty()) return std::nullopt;
  try {
    plan.around = explore_query(around);
  } catch (const SqlError&) {
    return std::nullopt;  // the statement as it was may do, or says why not
  }
  return plan;
}

}  // namespace sceau::enclave::sql
