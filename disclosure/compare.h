#pragma once
// Which cells of two tables hold one another, and what the rules say of the rest.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "disclosure/difference.h"
#include "disclosure/judge.h"
#include "disclosure/profiles.h"
#include "disclosure/released_sets.h"
#include "disclosure/tabulation.h"
#include "policies/policy.h"

namespace sceau::disclosure {

/// A cell that follows from two released ones and doesn't pass: a cell of the new table, the other
/// one, and the breaches of what lies between.
struct Derived {
  std::size_t grouping_set = 0;  ///< of the new table's cell
  std::vector<Coordinate> cell;
  std::string statistic;
  std::vector<Coordinate> other_cell;
  std::string other_statistic;
  std::vector<Breach> breaches;
};

class TableComparison {
 public:
  /// The references must outlive it. Throws DisclosureError.
  TableComparison(const Tabulation& tabulation, const Source& rows,
                  const policies::Codebook& codebook, const policies::Policy& policy,
                  const Profiles& profiles, const Cancelled& cancelled);

  /// Cells of the new table against one another. `steps` grows by what was looked at.
  [[nodiscard]] std::vector<Derived> within(std::uint64_t& steps);
  /// Against an earlier table over the same profiles. Throws DisclosureError where it doesn't fit.
  [[nodiscard]] std::vector<Derived> with(const Tabulation& earlier, std::uint64_t& steps);

 private:
  struct Joint;
  struct Pair;
  struct Rest;

  [[nodiscard]] std::vector<Joint> contingency(const ReleasedSets& other) const;
  void compare(const Pair& pair, const std::vector<Joint>& atoms, std::uint64_t& steps,
               std::vector<Derived>& out);
  void judge_rests(const Pair& pair, bool ours_hold, const std::vector<Rest>& rests,
                   std::uint64_t& steps, std::vector<Derived>& out);
  [[nodiscard]] bool surely_passes(const Pair& pair, bool ours_hold, const Rest& rest,
                                   const std::vector<const Known*>& known, std::uint64_t& steps);
  void judge_rest(const Pair& pair, bool ours_hold, const Rest& rest,
                  const std::vector<const Known*>& known, const std::vector<Evidence>& evidence,
                  std::vector<Derived>& out) const;
  void add(const Pair& pair, bool ours_hold, const Rest& rest, const std::string& statistic,
           std::vector<Breach> breaches, std::vector<Derived>& out) const;
  const Totals& totals(const Family& family, std::uint64_t& steps);

  const Tabulation* tabulation_;
  const policies::Codebook* codebook_;
  policies::Policy policy_;  // as differences are judged
  const Profiles* profiles_;
  ReleasedSets sets_;
  std::unique_ptr<DifferenceEvidence> evidence_;
  std::map<const Family*, Totals> our_totals_;
  std::map<const Family*, Totals> their_totals_;  // of one earlier table
};

/// Equal for tables that count the same rows in the same cells and tell the same of them.
[[nodiscard]] std::string rows_signature(const Tabulation& tabulation);

}  // namespace sceau::disclosure
