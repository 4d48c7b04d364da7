#pragma once
// The allow-list: from libpg_query's nodes to our tree. A node that has no case here is refused.
// Its protobuf form is read, not its JSON: the JSON of libpg_query 15 writes a negative integer as
// an empty one, which would turn -5 into 0.

#include <pg_query/pg_query.pb-c.h>

#include <string>
#include <string_view>
#include <vector>

#include "enclave/sql/plan.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

class Reader {
 public:
  explicit Reader(std::string_view text);

  [[nodiscard]] Statement statement(const PgQuery__RawStmt& raw);

 private:
  // read_statement.cpp
  void explain(const PgQuery__ExplainStmt& node, Statement& statement);
  void copy(const PgQuery__CopyStmt& node, Statement& statement);
  void copy_option(const PgQuery__DefElem& option, Statement& statement) const;
  void transaction(const PgQuery__TransactionStmt& node, Statement& statement) const;
  void set_variable(const PgQuery__VariableSetStmt& node, Statement& statement) const;
  void call(const PgQuery__CallStmt& node, Statement& statement);
  [[nodiscard]] std::string slice(const PgQuery__RawStmt& raw) const;
  [[nodiscard]] bool read_query(const PgQuery__Node* node, Statement& statement);

  // read_select.cpp
  [[nodiscard]] Select select(const PgQuery__SelectStmt& node);
  void core(const PgQuery__SelectStmt& node, Select& select);
  [[nodiscard]] Cte cte(const PgQuery__Node* node);
  [[nodiscard]] From from(const PgQuery__Node* node);
  [[nodiscard]] From join(const PgQuery__JoinExpr& node);
  [[nodiscard]] From relation(const PgQuery__RangeVar& node);
  [[nodiscard]] From derived(const PgQuery__RangeSubselect& node);
  [[nodiscard]] GroupNode group(const PgQuery__Node* node);
  [[nodiscard]] Order order(const PgQuery__Node* node);
  [[nodiscard]] Window window(const PgQuery__WindowDef& node);
  void frame(const PgQuery__WindowDef& node, Window& window);

  // read_expr.cpp
  [[nodiscard]] Expr expr(const PgQuery__Node* node);
  [[nodiscard]] Expr dispatch(const PgQuery__Node& node);
  [[nodiscard]] Expr constant(const PgQuery__AConst& node) const;
  [[nodiscard]] Expr column(const PgQuery__ColumnRef& node) const;
  [[nodiscard]] Expr operation(const PgQuery__AExpr& node);
  [[nodiscard]] Expr in_list(const PgQuery__AExpr& node);
  [[nodiscard]] Expr any_of_array(const PgQuery__AExpr& node);
  [[nodiscard]] Expr between(const PgQuery__AExpr& node);
  [[nodiscard]] Expr like(const PgQuery__AExpr& node);
  [[nodiscard]] Expr boolean(const PgQuery__BoolExpr& node);
  [[nodiscard]] Expr truth(const PgQuery__BooleanTest& node);
  [[nodiscard]] Expr function(const PgQuery__FuncCall& node);
  [[nodiscard]] Expr case_of(const PgQuery__CaseExpr& node);
  [[nodiscard]] Expr cast(const PgQuery__TypeCast& node);
  [[nodiscard]] Expr sublink(const PgQuery__SubLink& node);
  [[nodiscard]] Expr session_value(const PgQuery__SQLValueFunction& node) const;
  [[nodiscard]] std::vector<Expr> exprs(PgQuery__Node* const* nodes, std::size_t count);
  [[nodiscard]] std::vector<Order> orders(PgQuery__Node* const* nodes, std::size_t count);

  [[nodiscard]] Expr make(Expr::Kind kind, int location) const;
  [[nodiscard]] int position(int location) const;
  [[nodiscard]] static std::string word(const PgQuery__Node* node);
  [[nodiscard]] static std::vector<std::string> words(PgQuery__Node* const* nodes,
                                                      std::size_t count);
  [[noreturn]] void refuse(std::string id, int location, std::vector<std::string> args = {}) const;

  class Deeper;
  std::string_view text_;
  std::vector<int> positions_;
  int depth_ = 0;
  std::size_t nodes_ = 0;  ///< read so far: a simple CASE repeats its operand
};

/// Counts the depth of the tree while it lives; throws 54001 past max_tree_depth.
class Reader::Deeper {
 public:
  explicit Deeper(Reader& reader);
  ~Deeper() { --reader_.depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  Reader& reader_;
};

}  // namespace sceau::enclave::sql
