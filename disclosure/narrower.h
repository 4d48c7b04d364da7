#pragma once
// Which of two cells is narrower as it is written. Where a cell "of 2nde" and a cell "of 2nde who
// are ill" turn out to be the same rows, all of the first are ill, and everybody can see it from
// the two equal counts. That the data make two cells equal which nobody could know to be nested
// (those of 15 years, those of 2nde) tells nothing of this kind.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "disclosure/released_sets.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// What the rows of a family's cells have in common, as a conjunction.
class Restrictions {
 public:
  Restrictions(const Tabulation& tabulation, const Family& family,
               const policies::Codebook& codebook);

  /// Sensitive variables that are restricted by more than being present.
  [[nodiscard]] const std::set<std::string>& sensitive() const { return sensitive_; }

  /// Of a cell with these codes (one a dimension): what holds of each of its rows.
  [[nodiscard]] std::set<std::string> of(
      const std::vector<std::optional<std::string>>& codes) const;

 private:
  const Tabulation* tabulation_;
  std::uint32_t kept_;
  std::set<std::string> sensitive_;
  std::set<std::string> always_;
};

/// A sensitive variable that the narrower of two equal cells restricts and the other one doesn't;
/// nullopt: neither is strictly narrower as written, or by no such variable.
struct Side {
  const Restrictions* restrictions;
  std::set<std::string> holds;
};
[[nodiscard]] std::optional<std::string> tells_of_all(const Side& a, const Side& b);

/// By which conditions the narrower of two conjunctions is so, where all of them name one variable;
/// that it is known counts as said by any other. nullopt: not narrower, or by several variables.
struct Narrowing {
  std::string variable;
  std::set<std::string> by;
};
[[nodiscard]] std::optional<Narrowing> narrowing(const Condition& narrow, const Condition& wide);

}  // namespace sceau::disclosure
