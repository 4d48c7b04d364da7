#pragma once
// Aggregates and ratios of two as disclosure::Column, and CASE expressions as 0/1 indicators.

#include <optional>
#include <string>
#include <vector>

#include "enclave/sql/catalog.h"
#include "enclave/sql/conditions.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave::sql {

struct ReadColumn {
  disclosure::Column column;
  int scale = -1;  ///< numeric(p, scale) of a cast around it
  int precision = -1;
  bool null_if_zero = false;
  std::vector<Type> over, under, scaled;  ///< as OutputColumn has them
  std::string factor;
  bool factor_outside = false;
};

class Statistics {
 public:
  Statistics(const Relation& relation, Conditions& conditions)
      : relation_(relation), conditions_(conditions) {}

  /// nullopt: none, and conditions_ has the reason.
  [[nodiscard]] std::optional<ReadColumn> column(const Expr& expr);

 private:
  using Result = std::optional<disclosure::Statistic>;
  [[nodiscard]] std::optional<ReadColumn> model(disclosure::Model named, const Expr& call);
  [[nodiscard]] bool can_be_term(const ResultColumn& column);
  [[nodiscard]] Result statistic(const Expr& expr);
  [[nodiscard]] bool ratio(const Expr& expr, ReadColumn& read);
  [[nodiscard]] Result mode(const Expr& call);
  [[nodiscard]] Result pair(disclosure::Function function, const Expr& call);
  [[nodiscard]] Result where_both(const Expr& call);
  [[nodiscard]] Result concentration(disclosure::Function function, const Expr& call);
  [[nodiscard]] Result weighted(disclosure::Function function, const Expr& call);
  [[nodiscard]] Result weighted_product(const Expr& product);
  [[nodiscard]] Result aggregate(const Expr& call);
  [[nodiscard]] Result count(const Expr& call);
  [[nodiscard]] Result quantile(const Expr& call);
  [[nodiscard]] Result of_operand(disclosure::Function function, const Expr& operand);
  [[nodiscard]] Result of_case(disclosure::Function function, const Expr& operand);
  [[nodiscard]] Result of_branch(disclosure::Function function, const Expr& operand);
  [[nodiscard]] Result of_condition(disclosure::Function function, const Expr& condition);
  [[nodiscard]] bool measurable(const ResultColumn& column);
  std::nullopt_t no(std::string id, std::vector<std::string> args = {}) {
    return conditions_.no(std::move(id), std::move(args));
  }

  const Relation& relation_;
  Conditions& conditions_;
};

}  // namespace sceau::enclave::sql
