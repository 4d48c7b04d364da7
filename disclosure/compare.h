#pragma once
// Which cells of two tables hold one another, and what the rules say of the rest.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "disclosure/derived_shares.h"
#include "disclosure/difference.h"
#include "disclosure/judge.h"
#include "disclosure/profiles.h"
#include "disclosure/released_sets.h"
#include "disclosure/tabulation.h"
#include "policies/policy.h"

namespace sceau::disclosure {

/// What follows from two released cells and doesn't pass, or from one and all those of a family
/// that it holds: a cell of the new table, the other one, and the breaches of what lies between.
struct Derived {
  std::size_t grouping_set = 0;  ///< of the new table's cell
  std::vector<Coordinate> cell;
  std::string statistic;
  bool of_many = false;  ///< the other side is more than one cell
  std::vector<Coordinate> other_cell;
  std::string other_statistic;
  std::vector<Breach> breaches;
  std::uint64_t rows = 0;  ///< rows_digest of what lies between
};

/// Equal for equal sets of profiles, given in any order.
[[nodiscard]] std::uint64_t rows_digest(const std::vector<std::uint32_t>& profiles);

/// The policy by which derived cells are judged: they have their own least number of units.
[[nodiscard]] policies::Policy as_for_differences(policies::Policy policy);

/// A derived cell under every rule. Too few units say enough; what is said of the rows is not said
/// again of each sum.
struct Judged {
  const Known* known = nullptr;  ///< null: the rows
  std::vector<Breach> breaches;
};
[[nodiscard]] std::vector<Judged> judge_derived(const std::vector<Evidence>& evidence,
                                                const std::vector<const Known*>& known,
                                                const DifferenceEvidence& measures,
                                                const policies::Policy& policy);

class TableComparison {
 public:
  /// The references must outlive it. Throws DisclosureError.
  TableComparison(const Tabulation& tabulation, const Source& rows,
                  const policies::Codebook& codebook, const policies::Policy& policy,
                  const Profiles& profiles, const Cancelled& cancelled);

  /// Cells of the new table against one another. `steps` grows by what was looked at.
  [[nodiscard]] std::vector<Derived> within(std::uint64_t& steps);
  /// Against an earlier table's cells over the same profiles.
  [[nodiscard]] std::vector<Derived> with(const Tabulation& earlier, const ReleasedSets& theirs,
                                          std::uint64_t& steps);

  [[nodiscard]] const ReleasedSets& sets() const { return sets_; }
  [[nodiscard]] DifferenceEvidence& evidence() { return *evidence_; }

 private:
  struct Joint;
  struct Pair;
  struct Rest;

  [[nodiscard]] std::vector<Joint> contingency(const ReleasedSets& other) const;
  [[nodiscard]] static std::vector<Joint> joint_cells(const Pair& pair,
                                                      const std::vector<Joint>& atoms,
                                                      const ReleasedSets& ours);
  void compare(const Pair& pair, const std::vector<Joint>& atoms, std::uint64_t& steps,
               std::vector<Derived>& out);
  void judge_equal(const Pair& pair, const std::vector<Joint>& cells,
                   std::vector<Derived>& out) const;
  void judge_rests(const Pair& pair, bool ours_hold, const std::vector<Joint>& cells,
                   std::uint64_t& steps, std::vector<Derived>& out);
  [[nodiscard]] bool surely_passes(const Pair& pair, bool ours_hold, const Rest& rest,
                                   const std::vector<const Known*>& known, std::uint64_t& steps);
  void judge_rest(const Pair& pair, bool ours_hold, const Rest& rest,
                  const std::vector<const Known*>& known, const std::vector<Evidence>& evidence,
                  std::vector<Derived>& out) const;
  void judge_shares(const ReleasedTable& theirs, bool ours_hold, std::uint64_t& steps,
                    std::vector<Derived>& out);
  void judge_group(const ReleasedTable& theirs, bool ours_hold, const DerivedGroup& group,
                   std::uint64_t& steps, std::vector<Derived>& out);
  [[nodiscard]] Derived derived(const Pair& pair, bool name_theirs, std::uint32_t ours,
                                std::uint32_t theirs) const;
  [[nodiscard]] std::uint64_t digest(const Pair& pair, bool ours_hold, const Rest& rest) const;
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
