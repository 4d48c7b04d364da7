#pragma once
// The typer's inside; typer.h is what others see. Parts: typing_select.cpp (FROM, set operations,
// targets), typing_group.cpp (GROUP BY), typing_expr.cpp (expressions), typing_call.cpp
// (functions), coerce.cpp (casts and common types).

#include <string>
#include <string_view>
#include <vector>

#include "enclave/sql/catalog.h"
#include "enclave/sql/scope.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// The declared or decided types of $1…$n, and the casts between types.
class Coercion {
 public:
  explicit Coercion(std::vector<Type>& parameters) : parameters_(parameters) {}

  /// Gives `expr` the type, writing an implicit cast where one is needed. Throws 42804, 22P02.
  void to(Expr& expr, Type type);
  /// The type that all can have: PostgreSQL's rule for CASE, UNION and their kin. `what` names the
  /// construct in the 42804.
  [[nodiscard]] Type common(const std::vector<const Expr*>& exprs, std::string_view what) const;
  void to_common(std::vector<Expr*> exprs, std::string_view what);
  /// x::type, as written. Throws 42846 where PostgreSQL has no such cast.
  void explicit_cast(Expr& cast);
  void boolean(Expr& expr, std::string_view what);

  [[nodiscard]] Type parameter(int number);

 private:
  std::vector<Type>& parameters_;
};

class Typing {
 public:
  Typing(const Catalog& catalog, std::vector<Type>& parameters)
      : catalog_(catalog), coercion_(parameters) {}

  /// `decide`: literals and parameters that nothing has typed become text.
  void select(Select& select, const Scope* outer, bool decide);

 private:
  /// What may stand at a place.
  struct Place {
    const Scope* scope = nullptr;
    std::string_view clause;  ///< "WHERE": for messages
    bool aggregates = false;
    bool windows = false;
    bool in_aggregate = false;
    const std::vector<Window>* named_windows = nullptr;
  };
  struct Part {
    std::vector<const From*> leaves;
    std::vector<VisibleColumn> visible;
  };

  // typing_select.cpp
  void core(Select& select, const Scope* outer);
  void set_operation(Select& select, const Scope* outer);
  void values(Select& select, const Scope* outer);
  void targets(Select& select, const Place& place);
  void order(Select& select, const Place& place);
  void order_of_outputs(Select& select);
  void limits(Select& select, const Scope* outer);
  void unify(Select& left, Select& right);
  static void cast_output(Select& select, std::size_t column, Type type, Coercion& coercion);
  void decide(Select& select);

  // typing_from.cpp
  Part from(From& from, const Scope* outer, std::size_t& ranges);
  Part leaf(From& from, const Scope* outer, std::size_t& ranges);
  Part join(From& from, const Scope* outer, std::size_t& ranges);
  std::vector<VisibleColumn> merge(From& from, const Part& left, const Part& right);
  void relation(From& from);
  [[nodiscard]] const Cte* find_cte(const From& from) const;

  // typing_group.cpp
  void group(Select& select, const Place& place);
  using Sets = std::vector<std::vector<std::size_t>>;
  Sets group_node(GroupNode& node, Select& select, const Place& place);
  Sets rollup(GroupNode& node, Select& select, const Place& place);
  std::size_t group_expr(GroupNode& node, Select& select, const Place& place);
  static void check_grouping(Select& select);

  // typing_expr.cpp
  void expr(Expr& expr, const Place& place);
  void children(Expr& expr, const Place& place);
  void column(Expr& expr, const Place& place) const;
  void operation(Expr& expr);
  void comparison(Expr& expr, Expr& left, Expr& right);
  void membership(Expr& expr);
  void subquery(Expr& expr, const Place& place);

  // typing_call.cpp
  void call(Expr& expr, const Place& place);
  [[nodiscard]] bool session_value(Expr& expr) const;
  void check_call_place(const Expr& expr, const Place& place) const;
  void aggregate_parts(Expr& expr, const Place& place);
  void add_implied(Expr& expr, const Place& place) const;
  void window(Expr& expr, const Place& place);
  void apply(Expr& expr);
  static void check_levels(const Expr& expr);

  const Catalog& catalog_;
  Coercion coercion_;
  std::vector<const Cte*> ctes_;
  int relations_ = 0;
  std::size_t copied_nodes_ = 0;
};

/// The name that PostgreSQL gives an output column without an alias.
[[nodiscard]] std::string output_name(const Expr& expr);

}  // namespace sceau::enclave::sql
