#pragma once
// The rows of a source in groups: one for each combination of members that occurs (the finest
// grouping), with the measures' tables. Coarser groupings are made from it without another pass.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "disclosure/group_index.h"
#include "disclosure/interner.h"
#include "disclosure/measure.h"
#include "disclosure/plan.h"
#include "disclosure/table.h"

namespace sceau::disclosure {

/// Measures by group, and the pairs (group << 32 | entity) of each kind.
struct Groups {
  std::size_t count = 0;
  std::vector<std::vector<std::uint64_t>> pairs;
  std::vector<std::unique_ptr<MeasureTable>> measures;
};

/// What was found: each group's members, how members were numbered, and the tables.
struct Scan {
  GroupIndex index;
  std::vector<Interner> values;  ///< one a dimension: those that number values
  Groups groups;                 ///< pairs as they came
};

/// Reads every segment once. Throws DisclosureError.
[[nodiscard]] Scan scan(const Plan& plan, const Cancelled& cancelled, int threads);

/// Gathers the plan's measures by groups that are numbered elsewhere.
class Gatherer {
 public:
  /// The plan must outlive it and what it gives.
  Gatherer(const Plan& plan, std::size_t groups);
  ~Gatherer();
  /// `groups`: the group of each row of the segment.
  void add(std::size_t segment, const std::vector<std::uint32_t>& groups);
  /// Pairs ordered by entity, as regroup wants them.
  [[nodiscard]] Groups take();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// Empty tables for the plan's measures.
[[nodiscard]] std::vector<std::unique_ptr<MeasureTable>> empty_tables(const Plan& plan);

/// The same groups with pairs ordered by entity, so that regrouping needs no hash table.
[[nodiscard]] Groups settled(Groups groups, const Plan& plan);

/// The same measures in other groups: `to` gives each group's new number, or `nowhere`. `groups`
/// must be settled.
[[nodiscard]] Groups regroup(const Groups& groups, const Plan& plan,
                             const std::vector<std::uint32_t>& to, std::size_t count);

}  // namespace sceau::disclosure
