#pragma once
// Boolean expressions as disclosure::Condition, where they are of the forms that one can be:
// a column compared with constants, IN, BETWEEN, IS NULL, IS DISTINCT FROM, and AND, OR, NOT, IS
// TRUE of such. Anything else gives a reason.

#include <optional>
#include <string>
#include <vector>

#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// Reads expressions over the leaves of FROM, whose columns have the names that a tabulation gives
/// them. The first thing that doesn't fit is kept as the reason.
class Conditions {
 public:
  using Leaves = std::vector<std::vector<ResultColumn>>;
  explicit Conditions(const Leaves& leaves) : leaves_(leaves) {}

  [[nodiscard]] std::optional<disclosure::Condition> condition(const Expr& expr);
  /// The variable that a plain column names, through casts that keep its value.
  [[nodiscard]] const ResultColumn* column(const Expr& expr) const;
  /// A constant of any type; the outer nullopt: it is none. The inner one: NULL.
  [[nodiscard]] static std::optional<std::optional<std::string>> constant(const Expr& expr);

  [[nodiscard]] const std::optional<disclosure::Message>& reason() const { return reason_; }
  std::nullopt_t no(std::string id, std::vector<std::string> args = {});

 private:
  using Result = std::optional<disclosure::Condition>;
  [[nodiscard]] Result parts(const Expr& expr, disclosure::Condition::Kind kind);
  [[nodiscard]] Result comparison(const Expr& expr);
  [[nodiscard]] Result compare(const ResultColumn& column, disclosure::Comparison comparison,
                               const std::optional<std::string>& value);
  [[nodiscard]] Result in_list(const Expr& expr);
  [[nodiscard]] Result between(const Expr& expr);
  [[nodiscard]] Result distinct_from(const Expr& expr);
  [[nodiscard]] Result truth(const Expr& expr);
  [[nodiscard]] std::optional<disclosure::Constant> value_of(const ResultColumn& column,
                                                             const std::string& text);

  const Leaves& leaves_;
  std::optional<disclosure::Message> reason_;
};

[[nodiscard]] disclosure::Condition negation(disclosure::Condition condition);
[[nodiscard]] disclosure::Condition all_of(std::vector<disclosure::Condition> parts);
[[nodiscard]] disclosure::Condition any_of(std::vector<disclosure::Condition> parts);
/// Never unknown: true exactly where `condition` is true (false).
[[nodiscard]] disclosure::Condition surely(const disclosure::Condition& condition, bool value);

}  // namespace sceau::enclave::sql
