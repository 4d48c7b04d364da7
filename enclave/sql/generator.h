#pragma once
// The inside of explore.h. Parts: explore.cpp (SELECT, FROM, set operations), explore_expr.cpp
// (expressions), explore_sets.cpp (ROLLUP and its kin as UNION ALL).

#include <string>
#include <string_view>
#include <vector>

#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

inline constexpr std::size_t max_compound = 16;  ///< SQLite's limit as sandbox.h sets it

class Generator {
 public:
  [[nodiscard]] std::string select(const Select& select);

 private:
  /// One SELECT that is being written: its number names its leaves; a grouping set, if there are
  /// several, makes the expressions that it leaves out NULL.
  struct Frame {
    int id = 0;
    const Select* select = nullptr;
    const std::vector<std::size_t>* set = nullptr;
    bool outside_groups = false;  ///< in WHERE, FROM or an aggregate: each row has its values
  };

  // explore.cpp
  [[nodiscard]] std::string core(const Select& select);
  [[nodiscard]] std::string core_body(const Select& select, bool with_order);
  [[nodiscard]] std::string set_operation(const Select& select);
  [[nodiscard]] std::string branch(const Select& select);
  [[nodiscard]] std::string values(const Select& select);
  [[nodiscard]] std::string from(const std::vector<From>& items);
  [[nodiscard]] std::string from_item(const From& item, bool leftmost);
  [[nodiscard]] std::string group_by(const Select& select, const std::string& having);
  [[nodiscard]] bool one_group(const Select& select) const;
  [[nodiscard]] std::string order_of_core(const Select& select);
  [[nodiscard]] std::string limits(const Select& select);
  [[nodiscard]] std::string order_of_outputs(const Select& select);
  static std::string order_suffix(const Order& key);
  [[nodiscard]] std::string leaf_alias(int frame, std::size_t range) const;

  // explore_sets.cpp
  [[nodiscard]] std::string grouping_sets(const Select& select);
  [[nodiscard]] std::string set_order(const Select& select);
  /// Whether an expression is one that is grouped by, and the set at hand keeps it.
  enum class Standing { no_group, kept, left_out };
  [[nodiscard]] static Standing standing(const Expr& expr, const Frame& frame);
  [[nodiscard]] static bool left_out(const Expr& expr, const Frame& frame);
  [[nodiscard]] std::string grouping(const Expr& expr) const;

  // explore_expr.cpp
  [[nodiscard]] std::string expr(const Expr& expr);
  [[nodiscard]] std::string comparable(const Expr& expr);
  [[nodiscard]] std::string literal(const Expr& expr) const;
  [[nodiscard]] std::string column(const Expr& expr) const;
  [[nodiscard]] std::string cast(const Expr& expr);
  [[nodiscard]] std::string call(const Expr& expr);
  [[nodiscard]] std::string operation(const Expr& expr);
  [[nodiscard]] std::string window(const Window& window);
  [[nodiscard]] std::string bound(const Bound& bound);
  [[nodiscard]] std::string logic(const std::vector<Expr>& args, std::size_t begin, std::size_t end,
                                  std::string_view word);
  [[nodiscard]] std::string list(const std::vector<Expr>& args, std::size_t begin,
                                 bool collated = false);
  [[nodiscard]] std::string truth(const Expr& expr);
  [[nodiscard]] std::string extreme(const Expr& expr);

  std::vector<Frame> frames_;
  int frame_count_ = 0;
};

}  // namespace sceau::enclave::sql
