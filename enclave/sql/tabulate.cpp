#include "enclave/sql/tabulate.h"

#include <algorithm>
#include <set>

#include "disclosure/implied.h"
#include "enclave/sql/conditions.h"
#include "enclave/sql/flatten.h"
#include "enclave/sql/flatten_joins.h"
#include "enclave/sql/joins.h"
#include "enclave/sql/numeric.h"
#include "enclave/sql/statistics.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

using disclosure::Message;

class Tabulator {
 public:
  Tabulator(const Select& query, const JoinedRelation& from)
      : query_(query),
        from_(from),
        relation_(from.relation),
        conditions_(from.leaves),
        statistics_(from.relation, conditions_) {}

  TabulationAnswer answer() {
    if (build()) return std::move(plan_);
    return conditions_.reason().value_or(Message{"tabulation.statistic_form", {}});
  }

 private:
  bool build() {
    auto& tabulation = plan_.tabulation;
    tabulation.dataset = relation_.name;
    tabulation.vintages = relation_.vintages;
    tabulation.references = from_.references;
    return where() && targets() && sets() && having() && order() && well_formed();
  }

  bool no(std::string id, std::vector<std::string> args = {}) {
    conditions_.no(std::move(id), std::move(args));
    return false;
  }

  bool where() {
    if (!query_.where) return true;
    auto condition = conditions_.condition(*query_.where);
    if (condition) plan_.tabulation.where = std::move(*condition);
    return condition.has_value();
  }

  /// Index of a grouping expression among the dimensions already read; or their number.
  [[nodiscard]] std::size_t dimension_of(const Expr& expr) const {
    for (std::size_t i = 0; i < dimensions_.size(); ++i) {
      if (same(query_.group[dimensions_[i]], expr)) return i;
    }
    return dimensions_.size();
  }

  bool targets() {
    for (std::size_t i = 0; i < query_.targets.size(); ++i) {
      const auto& target = query_.targets[i];
      const auto group = std::find_if(query_.group.begin(), query_.group.end(),
                                      [&](const Expr& item) { return same(item, target.expr); });
      OutputColumn output;
      output.type = target.expr.type;
      output.is_dimension = group != query_.group.end();
      if (output.is_dimension) {
        output.index = dimension_of(target.expr);
        if (output.index == dimensions_.size()) {
          dimensions_.push_back(static_cast<std::size_t>(group - query_.group.begin()));
          if (!dimension(target)) return false;
        }
      } else if (!column(target, output)) {
        return false;
      }
      plan_.outputs.push_back(output);
    }
    if (dimensions_.size() != query_.group.size()) return no("tabulation.unseen_dimension");
    if (plan_.tabulation.columns.empty()) return no("tabulation.statistic_missing");
    return true;
  }

  std::string unused_name(const std::string& wanted) {
    auto name = wanted;
    for (int i = 2; !names_.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
    return name;
  }

  bool column(const Target& target, OutputColumn& output) {
    if (target.expr.kind == Expr::Kind::grouping) return no("tabulation.grouping");
    auto read = statistics_.column(target.expr);
    if (!read) return false;
    read->column.name = unused_name(target.alias);
    output.index = plan_.tabulation.columns.size();
    output.scale = read->scale;
    output.precision = read->precision;
    output.over = std::move(read->over);
    output.under = std::move(read->under);
    output.null_if_zero = read->null_if_zero;
    output.factor = read->factor;
    output.factor_outside = read->factor_outside;
    output.scaled = std::move(read->scaled);
    plan_.tabulation.columns.push_back(std::move(read->column));
    return true;
  }

  // ---- dimensions

  bool dimension(const Target& target) {
    disclosure::Dimension made;
    made.name = unused_name(target.alias);
    const auto& expr = target.expr;
    if (const auto* variable = conditions_.column(expr)) {
      if (!classification(variable->name)) return false;
      made.from = variable->name;
    } else if (expr.kind == Expr::Kind::case_of) {
      auto recoded = recode(expr);
      if (!recoded) return false;
      made.from = std::move(*recoded);
    } else if (expr.kind == Expr::Kind::call && expr.name == "width_bucket") {
      auto bucket = width_bucket(expr);
      if (!bucket) return false;
      made.from = std::move(*bucket);
    } else if (expr.type == Type::boolean) {
      auto recoded = two_classes(expr);
      if (!recoded) return false;
      made.from = std::move(*recoded);
    } else {
      return no("tabulation.dimension_form", {target.alias});
    }
    plan_.tabulation.dimensions.push_back(std::move(made));
    return true;
  }

  bool classification(const std::string& name) {
    const auto* column = relation_.find(name);
    if (column && !column->variable) return true;  // vintage
    const auto* variable = column ? column->variable : nullptr;
    const bool class_of_rows = variable && variable->role == policies::Role::classification &&
                               variable->type != policies::Type::text &&
                               column->type != Type::float8;
    return class_of_rows || no("tabulation.not_a_classification", {name});
  }

  std::optional<disclosure::Recode> recode(const Expr& expr) {
    disclosure::Recode made;
    made.labels_are_numbers = expr.type == Type::int4 || expr.type == Type::int8;
    if (!made.labels_are_numbers && expr.type != Type::text && expr.type != Type::boolean) {
      no("tabulation.recode_label");
      return std::nullopt;
    }
    for (std::size_t i = 0; i + 1 < expr.args.size(); i += 2) {
      const auto when = conditions_.condition(expr.args[i]);
      const auto label = Conditions::constant(expr.args[i + 1]);
      if (when && !label) no("tabulation.recode_label");
      if (!when || !label) return std::nullopt;
      made.cases.push_back({*when, *label});
    }
    const auto otherwise = Conditions::constant(expr.args.back());
    if (!otherwise) {
      no("tabulation.recode_label");
      return std::nullopt;
    }
    made.otherwise = *otherwise;
    return made;
  }

  /// A condition as a dimension: true, false and NULL.
  std::optional<disclosure::Recode> two_classes(const Expr& expr) {
    const auto condition = conditions_.condition(expr);
    if (!condition) return std::nullopt;
    disclosure::Recode made;
    made.cases = {{*condition, "t"}, {negation(*condition), "f"}};
    return made;
  }

  std::optional<disclosure::WidthBucket> width_bucket(const Expr& expr) {
    const auto* variable = conditions_.column(expr.args[0]);
    std::vector<policies::Decimal> bounds;
    for (std::size_t i = 1; i < 4; ++i) {
      const auto value = Conditions::constant(expr.args[i]);
      const auto decimal = value && *value ? policies::parse_decimal(**value) : std::nullopt;
      if (decimal) bounds.push_back(*decimal);
    }
    if (!variable || bounds.size() != 3 || !is_number(variable->type)) {
      no("tabulation.bucket_form");
      return std::nullopt;
    }
    disclosure::WidthBucket made;
    made.variable = variable->name;
    made.low = bounds[0];
    made.high = bounds[1];
    const bool range = bounds[2].mantissa >= 1 && bounds[2].mantissa <= 1'000'000;
    if (!range || bounds[2].scale != 0 || policies::compare(made.low, made.high) == 0) {
      no("tabulation.bucket_form");
      return std::nullopt;
    }
    made.buckets = static_cast<std::int32_t>(bounds[2].mantissa);
    return made;
  }

  // ---- GROUP BY, HAVING, ORDER BY

  bool sets() {
    if (dimensions_.size() > disclosure::max_dimensions) {
      return no("tabulation.many_dimensions", {std::to_string(disclosure::max_dimensions)});
    }
    auto& sets = plan_.tabulation.grouping_sets;
    for (const auto& set : query_.grouping_sets) {
      std::uint32_t bits = 0;
      for (const auto group : set) {
        const auto at = std::find(dimensions_.begin(), dimensions_.end(), group);
        bits |= 1U << static_cast<unsigned>(at - dimensions_.begin());
      }
      if (std::find(sets.begin(), sets.end(), bits) != sets.end()) {
        return no("tabulation.set_twice");
      }
      sets.push_back(bits);
    }
    return true;
  }

  bool having() { return !query_.having || minimum(*query_.having); }

  bool minimum(const Expr& expr) {
    if (expr.kind == Expr::Kind::all_of) {
      return std::all_of(expr.args.begin(), expr.args.end(),
                         [&](const Expr& part) { return minimum(part); });
    }
    if (expr.kind != Expr::Kind::operation || expr.args.size() != 2) return no("tabulation.having");
    const bool mirrored = Conditions::constant(expr.args[0]).has_value();
    const Expr* counted = &expr.args[mirrored ? 1 : 0];
    while (counted->kind == Expr::Kind::cast && counted->implicit) counted = &counted->args[0];
    const auto value = Conditions::constant(expr.args[mirrored ? 0 : 1]);
    const auto number = value && *value ? Numeric::parse(**value) : std::nullopt;
    const bool counts =
        counted->kind == Expr::Kind::call && counted->star && !counted->filter && !counted->over;
    const bool at_least = expr.name == (mirrored ? "<=" : ">=");
    const bool above = expr.name == (mirrored ? "<" : ">");
    if (!counts || !number || number->mantissa < 0 || !(at_least || above)) {
      return no("tabulation.having");
    }
    // Counts are whole: from 10.5 on is from 11 on, and so is above 10.
    const auto least =
        at_least ? ceiling(*number) : add(floor(*number), Numeric::of(std::int64_t{1}));
    const auto limit = least.integer();
    if (!limit) return no("tabulation.having");
    auto& minimum = plan_.tabulation.having_minimum;
    minimum = std::max(minimum.value_or(0), *limit);
    return true;
  }

  bool order() {
    for (const auto& key : query_.order) {
      const auto dimension = dimension_of(key.expr);
      if (dimension == dimensions_.size()) {
        if (Conditions::constant(key.expr)) continue;
        return no("tabulation.order");
      }
      const auto output = std::find_if(plan_.outputs.begin(), plan_.outputs.end(), [&](auto& o) {
        return o.is_dimension && o.index == dimension;
      });
      plan_.order.push_back({static_cast<std::size_t>(output - plan_.outputs.begin()),
                             key.descending, key.puts_nulls_first()});
    }
    return true;
  }

  bool well_formed() {
    if (disclosure::model_of(plan_.tabulation) && plan_.tabulation.columns.size() > 1) {
      return no("tabulation.model_alone");
    }
    return disclosure::can_tabulate(plan_.tabulation) || no("tabulation.statistic_form");
  }

  const Select& query_;
  const JoinedRelation& from_;
  const Relation& relation_;
  Conditions conditions_;
  Statistics statistics_;
  TabulationPlan plan_;
  std::vector<std::size_t> dimensions_;  ///< which grouping expression each dimension is
  std::set<std::string> names_;
};

/// What no tabulation has, whatever its columns are.
std::optional<Message> shape(const Select& query) {
  if (query.set != Select::Set::none) return Message{"tabulation.set_operation", {}};
  if (!query.values.empty() || query.from.empty()) return Message{"tabulation.no_store", {}};
  if (query.limit || query.offset) return Message{"tabulation.limit", {}};
  if (query.distinct) return Message{"tabulation.select_distinct", {}};
  if (query.from.size() > 1) return Message{"tabulation.join", {}};
  return std::nullopt;
}

}  // namespace

TabulationAnswer tabulate_query(const Select& query, const Catalog& catalog) {
  const auto flat = flatten_joins(flatten(query));
  if (auto reason = shape(flat)) return *reason;
  const auto from = join_relations(flat.from[0], catalog);
  if (const auto* reason = std::get_if<Message>(&from)) return *reason;
  if (!flat.grouped) return Message{"tabulation.rows", {}};
  return Tabulator(flat, std::get<JoinedRelation>(from)).answer();
}

}  // namespace sceau::enclave::sql
