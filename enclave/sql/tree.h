#pragma once
// Our own tree of a query: only what is allowed has a place in it. The reader (parse.h) fills it
// from PostgreSQL's tree; the typer (typer.h) resolves names and types in place; the tabulator and
// the generator read it. Copies are deep: a tree is a value.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "enclave/sql/type.h"

namespace sceau::enclave::sql {

/// A pointer with value semantics: copying copies what it holds.
template <typename T>
class Box {
 public:
  Box() = default;
  explicit Box(T value) : held_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : held_(other.held_ ? std::make_unique<T>(*other.held_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    Box copy(other);
    held_ = std::move(copy.held_);
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  explicit operator bool() const { return held_ != nullptr; }
  T& operator*() const { return *held_; }
  T* operator->() const { return held_.get(); }

 private:
  std::unique_ptr<T> held_;
};

struct Select;
struct Window;
struct Signature;  // functions.h
struct Order;

struct Expr {
  enum class Kind {
    literal,        ///< text (nullopt: NULL) of `type`; a quoted word is `unknown` until decided
    parameter,      ///< $number
    column,         ///< path; typed: level, range, column
    star,           ///< * or path.*
    call,           ///< name(args): scalar, aggregate or window function
    operation,      ///< args[0] name args[1], or name args[0]
    all_of,         ///< AND
    any_of,         ///< OR
    negation,       ///< NOT
    is_null,        ///< args[0] IS NULL (negated: IS NOT NULL)
    truth,          ///< args[0] IS name (true, false, unknown), maybe negated
    distinct_from,  ///< args[0] IS DISTINCT FROM args[1] (negated: IS NOT …)
    in_list,        ///< args[0] IN (args[1]…)
    between,        ///< args[0] BETWEEN args[1] AND args[2]
    like,           ///< args[0] LIKE args[1] [ESCAPE args[2]]; name "ilike" ignores case
    case_of,        ///< WHEN args[0] THEN args[1] … ELSE last; a simple CASE is rewritten to this
    coalesce,
    null_if,
    greatest,
    least,
    cast,          ///< args[0]::target
    scalar_query,  ///< (SELECT …)
    exists_query,  ///< EXISTS (SELECT …)
    in_query,      ///< args[0] IN (SELECT …)
    grouping       ///< GROUPING(args…)
  };

  Kind kind = Kind::literal;
  int position = 0;                 ///< characters from 1
  Type type = Type::unknown;        ///< literal: given; else by the typer
  std::optional<std::string> text;  ///< literal
  int number = 0;                   ///< parameter
  std::vector<std::string> path;    ///< column, star
  std::string name;                 ///< call, operation, truth, like
  bool negated = false;
  std::vector<Expr> args;

  bool star = false;         ///< count(*)
  bool distinct = false;     ///< count(DISTINCT x)
  Box<Expr> filter;          ///< FILTER (WHERE …)
  std::vector<Order> order;  ///< aggregate's ORDER BY, or WITHIN GROUP
  bool within_group = false;
  Box<Window> over;
  Box<Select> query;
  const Signature* signature = nullptr;  ///< typed call or operation

  int level = 0;           ///< typed column: 0 this SELECT, 1 the one around it, …
  std::size_t range = 0;   ///< typed column: index of its leaf of FROM
  std::size_t column = 0;  ///< typed column: index in that leaf

  int scale = -1;  ///< numeric(p, scale) of a cast; -1: as it comes
  int precision = -1;
  bool implicit = false;  ///< a cast that the typer put there
};

struct Order {
  Expr expr;
  bool descending = false;
  std::optional<bool> nulls_first;    ///< unset: PostgreSQL's (first where descending)
  std::optional<std::size_t> output;  ///< typed: the output column that it names

  [[nodiscard]] bool puts_nulls_first() const { return nulls_first.value_or(descending); }
};

struct Bound {
  enum class Kind { unbounded_preceding, preceding, current_row, following, unbounded_following };
  Kind kind = Kind::unbounded_preceding;
  Box<Expr> offset;
};

struct Window {
  std::string name;  ///< WINDOW name AS (…), or OVER name
  std::vector<Expr> partition;
  std::vector<Order> order;
  bool framed = false;
  enum class Mode { range, rows, groups } mode = Mode::range;
  Bound start, end;
  int position = 0;
};

struct Target {
  Expr expr;
  std::string alias;  ///< as written, or empty; typed: the output's name
};

struct From {
  enum class Kind { relation, system, derived, join };
  enum class Join { cross, inner, left, right, full };
  Kind kind = Kind::relation;
  int position = 0;
  std::string schema, name;            ///< relation, system; typed relation: the data set's name
  std::optional<std::string> vintage;  ///< typed relation: one vintage alone
  std::string alias;                   ///< typed: how columns may qualify themselves
  std::vector<std::string> column_aliases;
  Box<Select> select;  ///< derived
  Join join = Join::cross;
  Box<From> left, right;
  Box<Expr> on;
  std::vector<std::string> shared;    ///< USING
  std::size_t range = 0;              ///< typed leaf: its index
  std::vector<ResultColumn> columns;  ///< typed leaf
};

struct GroupNode {
  enum class Kind { expr, row, empty, rollup, cube, sets };
  Kind kind = Kind::expr;
  Expr expr;
  std::vector<GroupNode> parts;
  int position = 0;
};

struct Cte {
  std::string name;
  std::vector<std::string> columns;
  Box<Select> select;
  int position = 0;
};

struct Select {
  enum class Set { none, unite, intersect, except };
  int position = 0;
  std::vector<Cte> with;  ///< gone after typing: each reference holds a copy
  Set set = Set::none;
  bool all = false;
  Box<Select> left, right;

  std::vector<std::vector<Expr>> values;  ///< VALUES (…), (…)

  bool distinct = false;
  std::vector<Target> targets;
  std::vector<From> from;
  Box<Expr> where;
  std::vector<GroupNode> group_nodes;
  Box<Expr> having;
  std::vector<Window> windows;
  std::vector<Order> order;
  Box<Expr> limit, offset;

  // By the typer:
  std::vector<Expr> group;                              ///< distinct grouping expressions
  std::vector<std::vector<std::size_t>> grouping_sets;  ///< indices into group; one without ROLLUP
  bool grouped = false;                                 ///< has GROUP BY, HAVING or an aggregate
  std::vector<ResultColumn> columns;                    ///< output
};

/// The same expression, whatever its position: what GROUP BY, DISTINCT and ORDER BY compare.
[[nodiscard]] bool same(const Expr& a, const Expr& b);

/// Calls `visit` on each expression of the tree, outermost first, subqueries included.
template <typename Visit>
void for_each_expr(Expr& expr, const Visit& visit);
template <typename Visit>
void for_each_expr(Select& select, const Visit& visit);

}  // namespace sceau::enclave::sql

#include "enclave/sql/walk.h"
