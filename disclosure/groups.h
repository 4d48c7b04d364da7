#pragma once
// The rows of a source in groups: one for each combination of members that occurs (the finest
// grouping), with the measures' tables. Coarser groupings are made from it without another pass.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "disclosure/dimension.h"
#include "disclosure/interner.h"
#include "disclosure/measure.h"
#include "disclosure/plan.h"
#include "disclosure/table.h"

namespace sceau::disclosure {

/// Numbers combinations of members densely, in the order in which they are first seen.
class GroupIndex {
 public:
  explicit GroupIndex(const std::vector<BoundDimension>& dimensions);

  /// `members`: one vector a dimension, a member for each row of the segment; `rows`: those to
  /// number.
  void number(const std::vector<std::vector<std::uint32_t>>& members,
              const std::vector<std::uint32_t>& rows, std::vector<std::uint32_t>& groups);
  std::uint32_t number(std::span<const std::uint32_t> members);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const std::uint32_t> members(std::size_t group) const {
    return {members_.data() + group * width_, width_};
  }

 private:
  struct Fold {          // how one dimension's member joins the number of those before
    std::uint64_t size;  // mixed: number · size + member
    bool hashed;         // else interned
    Interner interner;
  };
  [[nodiscard]] std::uint32_t fold(std::size_t dimension, std::uint32_t number,
                                   std::uint32_t member);
  [[nodiscard]] std::uint32_t settle(std::uint32_t number);

  std::size_t width_;
  std::vector<Fold> folds_;
  bool hashed_ = false;               // the last fold's numbers are dense already
  std::vector<std::uint32_t> dense_;  // else from mixed number to group
  std::size_t size_ = 0;
  std::vector<std::uint32_t> members_;
};

/// Measures by group, and the pairs (group << 32 | entity) of each kind, ordered by entity.
struct Groups {
  std::size_t count = 0;
  std::vector<std::vector<std::uint64_t>> pairs;
  std::vector<std::unique_ptr<MeasureTable>> measures;
};

/// What was found: each group's members, how members and entities were numbered, and the tables.
struct Scan {
  GroupIndex index;
  std::vector<Interner> values;    ///< one a dimension: those that number values
  std::vector<Interner> entities;  ///< one a kind, likewise
  Groups groups;
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
  void add(std::size_t segment, std::vector<std::uint32_t> groups);
  [[nodiscard]] Groups take();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/// The same measures in other groups: `to` gives each group's new number, or `nowhere`.
[[nodiscard]] Groups regroup(const Groups& groups, const Plan& plan,
                             const std::vector<std::uint32_t>& to, std::size_t count);

}  // namespace sceau::disclosure
