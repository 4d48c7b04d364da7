#pragma once
// What a name can mean at one place of a query: the leaves of FROM, the columns that an
// unqualified name finds (those that USING merged once), and the scopes around it.

#include <string>
#include <string_view>
#include <vector>

#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

struct VisibleColumn {
  std::string name;
  Expr expr;  ///< the column, or the COALESCE of two that FULL JOIN … USING merged
};

class Scope {
 public:
  explicit Scope(const Scope* outer) : outer_(outer) {}

  /// Adds a typed leaf; throws 42712 where its alias is taken.
  void add_leaf(const From& leaf);
  /// The unqualified columns of everything in FROM, in order of appearance.
  std::vector<VisibleColumn> visible;

  /// Turns a column reference into its meaning, here or in an outer scope. Throws 42703, 42702,
  /// 42P01.
  [[nodiscard]] Expr resolve(const Expr& reference) const;
  /// The column of this scope alone that an unqualified name means; empty where there is none.
  [[nodiscard]] Box<Expr> find_here(std::string_view name, int position) const;
  /// What `*` or `alias.*` stands for.
  [[nodiscard]] std::vector<VisibleColumn> expand(const Expr& star) const;

  /// The data set whose rows a leaf of this scope shows, by its range, through subqueries that
  /// neither group nor join; empty where it is none.
  [[nodiscard]] std::string_view relation_of(std::size_t range) const;
  /// The column of such a leaf that is the data set's variable of that name; empty: none.
  [[nodiscard]] Box<Expr> column_of(std::size_t range, std::string_view name) const;

  [[nodiscard]] std::size_t leaves() const { return leaves_.size(); }
  [[nodiscard]] bool empty() const { return leaves_.empty(); }

  [[nodiscard]] static std::vector<VisibleColumn> columns_of(const From& leaf);

 private:
  struct Leaf {
    std::string alias;
    std::string schema;
    const From* from = nullptr;
    std::vector<VisibleColumn> columns;
  };
  [[nodiscard]] const Leaf* find_leaf(const Expr& reference, std::size_t parts) const;
  [[nodiscard]] const Leaf* leaf_at(std::size_t range) const;
  [[nodiscard]] Box<Expr> find_qualified(const Expr& reference) const;
  [[noreturn]] void undefined(const Expr& reference) const;

  const Scope* outer_;
  std::vector<Leaf> leaves_;
};

/// The candidate nearest to a word by edit distance, if near enough to be meant; else empty.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

}  // namespace sceau::enclave::sql
