#pragma once
// One worker of a scan: reads segments a block at a time into tables of its own. Internal to the
// scan.

#include <cstdint>
#include <vector>

#include "disclosure/groups.h"

namespace sceau::disclosure {

/// A worker's tables while they grow: pairs are numbered as they come.
struct Growing {
  explicit Growing(const Plan& plan, bool groups_are_given = false);

  GroupIndex index;
  std::vector<Interner> values;    ///< one a dimension
  std::vector<Interner> entities;  ///< one a kind: those that number values
  std::vector<PairIndex> pairs;    ///< one a kind
  std::vector<std::unique_ptr<MeasureTable>> measures;
  std::size_t groups = 0;

  void resize();
  /// Joins what another worker found: its numbers become ours.
  void join(const Growing& theirs, const Plan& plan);
  [[nodiscard]] Scan finish() &&;
};

class Worker {
 public:
  explicit Worker(const Plan& plan, bool groups_are_given = false);
  Worker(const Worker&) = delete;  // the batch points to the columns
  Worker& operator=(const Worker&) = delete;

  /// Every block of a segment, until `stop`. `cancelled` (may be empty) is asked before it and now
  /// and then: throws DisclosureError(cancelled).
  void read(std::size_t segment, const std::atomic<bool>& stop, const Cancelled& cancelled);
  /// All rows of a segment, in groups that are numbered elsewhere.
  void read_as(std::size_t segment, const std::vector<std::uint32_t>& groups);

  [[nodiscard]] const Plan& plan() const { return *plan_; }

  Growing result;

 private:
  void read_block();
  void gather();
  void select_rows();

  const Plan* plan_;
  SegmentColumns columns_;
  Batch batch_;
  Members members_;
  std::vector<std::vector<std::uint32_t>> entity_room_;
  std::vector<Truth> holds_;
};

}  // namespace sceau::disclosure
