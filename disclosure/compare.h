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

  [[nodiscard]] std::vector<Joint> contingency(const ReleasedSets& other) const;
  void compare(const Pair& pair, const std::vector<Joint>& atoms, std::uint64_t& steps,
               std::vector<Derived>& out);
  void judge_rest(const Pair& pair, bool new_holds, std::uint32_t ours, std::uint32_t theirs,
                  std::int64_t rows, std::uint64_t& steps, std::vector<Derived>& out);
  [[nodiscard]] std::vector<Breach> breaches(const Pair& pair, bool new_holds, std::uint32_t ours,
                                             std::uint32_t theirs, std::int64_t rows,
                                             const Known* known, std::uint64_t& steps);
  const FamilyEvidence& evidence(const Family& family, std::uint64_t& steps);

  const Tabulation* tabulation_;
  const Source* rows_;
  const policies::Codebook* codebook_;
  policies::Policy policy_;  // as differences are judged
  const Profiles* profiles_;
  const Cancelled* cancelled_;
  ReleasedSets sets_;
  std::vector<Known> known_;
  std::unique_ptr<EntityTables> tables_;
  std::map<const Family*, std::unique_ptr<FamilyEvidence>> our_evidence_;
  std::map<const Family*, std::unique_ptr<FamilyEvidence>> their_evidence_;  // of one earlier table
};

/// Equal for tables that count the same rows in the same cells and tell the same of them.
[[nodiscard]] std::string rows_signature(const Tabulation& tabulation);

}  // namespace sceau::disclosure
