#include "disclosure/groups.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint64_t dense_limit = 1U << 22;
constexpr std::uint32_t unset = 0xffffffffU;

}  // namespace

GroupIndex::GroupIndex(const std::vector<BoundDimension>& dimensions) : width_(dimensions.size()) {
  std::uint64_t card = 1;
  for (const BoundDimension& dimension : dimensions) {
    const bool fits = dimension.size() != 0 && !hashed_ && dimension.size() <= dense_limit / card;
    folds_.push_back({dimension.size(), !fits, {}});
    hashed_ = hashed_ || !fits;
    if (fits) card *= dimension.size();
  }
  if (!hashed_) dense_.assign(card, unset);
}

std::uint32_t GroupIndex::fold(std::size_t dimension, std::uint32_t number, std::uint32_t member) {
  Fold& fold = folds_[dimension];
  if (fold.hashed) return fold.interner.intern(static_cast<std::uint64_t>(number) << 32 | member);
  return static_cast<std::uint32_t>(number * fold.size + member);
}

std::uint32_t GroupIndex::settle(std::uint32_t number) {
  if (hashed_) return number;
  if (dense_[number] == unset) dense_[number] = static_cast<std::uint32_t>(size_);
  return dense_[number];
}

void GroupIndex::number(const std::vector<std::vector<std::uint32_t>>& members,
                        const std::vector<std::uint32_t>& rows,
                        std::vector<std::uint32_t>& groups) {
  groups.assign(rows.size(), 0);
  for (std::size_t dimension = 0; dimension < width_; ++dimension) {
    const auto& member = members[dimension];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      groups[i] = fold(dimension, groups[i], member[rows[i]]);
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    groups[i] = settle(groups[i]);
    if (groups[i] != size_) continue;
    ++size_;
    for (std::size_t dimension = 0; dimension < width_; ++dimension) {
      members_.push_back(members[dimension][rows[i]]);
    }
  }
}

std::uint32_t GroupIndex::number(std::span<const std::uint32_t> members) {
  std::uint32_t group = 0;
  for (std::size_t dimension = 0; dimension < width_; ++dimension) {
    group = fold(dimension, group, members[dimension]);
  }
  group = settle(group);
  if (group == size_) {
    ++size_;
    members_.insert(members_.end(), members.begin(), members.end());
  }
  return group;
}

namespace {

void resize(Groups& groups) {
  Extent extent{groups.count, {}};
  for (const Interner& pairs : groups.pairs) extent.pairs.push_back(pairs.size());
  for (auto& measure : groups.measures) measure->resize(extent);
}

Scan empty_scan(const Plan& plan) {
  Scan scan{GroupIndex(plan.dimensions),
            std::vector<Interner>(plan.dimensions.size()),
            std::vector<Interner>(plan.kinds.names.size()),
            {}};
  scan.groups.pairs.resize(plan.kinds.names.size());
  for (const BoundMeasure& measure : plan.measures) {
    scan.groups.measures.push_back(make_measure_table(measure, plan.kinds));
  }
  return scan;
}

// Reads a run of segments into one Scan.
class Worker {
 public:
  explicit Worker(const Plan& plan)
      : plan_(&plan), columns_(plan.columns), result(empty_scan(plan)) {
    batch_.columns = &columns_;
    batch_.pairs.resize(plan.kinds.names.size());
    batch_.entities.resize(plan.kinds.names.size());
    members_.resize(plan.dimensions.size());
  }

  void read(std::size_t segment) {
    columns_.move_to(segment);
    select_rows();
    if (batch_.rows.empty()) return;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      plan_->dimensions[i].code(columns_, result.values[i], members_[i]);
    }
    result.index.number(members_, batch_.rows, batch_.groups);
    if (result.index.size() > max_cells) {
      throw DisclosureError(Fault::too_many_cells,
                            "more than a million cells have rows: group by " +
                                std::string("fewer or coarser variables"));
    }
    result.groups.count = result.index.size();
    for (std::size_t kind = 0; kind < batch_.pairs.size(); ++kind) number_pairs(kind);
    resize(result.groups);
    for (auto& measure : result.groups.measures) measure->add(batch_);
  }

 private:
  void select_rows() {
    batch_.rows.clear();
    if (plan_->where.is_always()) {
      for (std::uint32_t row = 0; row < columns_.rows(); ++row) batch_.rows.push_back(row);
      return;
    }
    plan_->where.evaluate(columns_, holds_);
    for (std::uint32_t row = 0; row < columns_.rows(); ++row) {
      if (holds_[row] == Truth::yes) batch_.rows.push_back(row);
    }
  }

  void number_pairs(std::size_t kind) {
    plan_->entities[kind].code(columns_, result.entities[kind], of_row_);
    auto& entities = batch_.entities[kind];
    auto& pairs = batch_.pairs[kind];
    entities.resize(batch_.rows.size());
    pairs.resize(batch_.rows.size());
    for (std::size_t i = 0; i < batch_.rows.size(); ++i) {
      entities[i] = of_row_[batch_.rows[i]];
      pairs[i] = result.groups.pairs[kind].intern(
          static_cast<std::uint64_t>(batch_.groups[i]) << 32 | entities[i]);
    }
  }

  const Plan* plan_;
  SegmentColumns columns_;
  Batch batch_;
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<std::uint32_t> of_row_;
  std::vector<Truth> holds_;

 public:
  Scan result;
};

// Joins what another worker found: its numbers become ours.
void join(Scan& ours, const Scan& theirs, const Plan& plan) {
  Mapping mapping;
  std::vector<std::uint32_t> members(plan.dimensions.size());
  for (std::size_t group = 0; group < theirs.groups.count; ++group) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i] = plan.dimensions[i].translate(theirs.index.members(group)[i], theirs.values[i],
                                                ours.values[i]);
    }
    mapping.groups.push_back(ours.index.number(members));
  }
  ours.groups.count = ours.index.size();
  mapping.pairs.resize(plan.entities.size());
  for (std::size_t kind = 0; kind < plan.entities.size(); ++kind) {
    const bool renumbered = plan.entities[kind].numbers_values();
    std::vector<std::uint32_t> entity_of;
    for (const std::uint64_t value : theirs.entities[kind].keys()) {
      entity_of.push_back(ours.entities[kind].intern(value));
    }
    for (const std::uint64_t key : theirs.groups.pairs[kind].keys()) {
      auto entity = static_cast<std::uint32_t>(key);
      if (renumbered && entity != BoundEntity::unknown) entity = entity_of[entity];
      const std::uint64_t group = mapping.groups[key >> 32];
      mapping.pairs[kind].push_back(ours.groups.pairs[kind].intern(group << 32 | entity));
    }
    if (renumbered && !plan.kinds.unit_is_row && kind == plan.kinds.unit) mapping.units = entity_of;
  }
  resize(ours.groups);
  for (std::size_t i = 0; i < ours.groups.measures.size(); ++i) {
    ours.groups.measures[i]->absorb(*theirs.groups.measures[i], mapping);
  }
}

std::vector<std::size_t> segments_to_read(const Plan& plan, std::uint64_t& rows) {
  const Source& source = plan.columns.source();
  std::vector<std::size_t> segments;
  for (std::size_t segment = 0; segment < source.segments(); ++segment) {
    const std::string vintage = source.vintage(segment);
    if (std::find(plan.vintages.begin(), plan.vintages.end(), vintage) == plan.vintages.end())
      continue;
    if (!plan.where.may_hold(source, plan.columns, segment)) continue;
    segments.push_back(segment);
    rows += source.rows(segment);
  }
  return segments;
}

}  // namespace

Scan scan(const Plan& plan, const Cancelled& cancelled, int threads) {
  constexpr std::uint64_t worth_a_thread = 200'000;
  std::uint64_t rows = 0;
  const auto segments = segments_to_read(plan, rows);
  const bool two =
      !plan.has_real && segments.size() > 1 && (threads == 0 ? rows > worth_a_thread : threads > 1);
  Worker first(plan);
  std::unique_ptr<Worker> second = two ? std::make_unique<Worker>(plan) : nullptr;
  const std::size_t middle = two ? segments.size() / 2 : segments.size();
  std::atomic<bool> stop = false;
  std::exception_ptr failure;
  const auto read_rest = [&] {
    try {
      for (std::size_t i = middle; i < segments.size() && !stop; ++i) second->read(segments[i]);
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::thread helper;
  bool alone = false;
  if (two) {
    try {
      helper = std::thread(read_rest);
    } catch (const std::system_error&) {  // a confined process may have no second thread
      alone = true;
    }
  }
  try {
    for (std::size_t i = 0; i < middle; ++i) {
      if (cancelled && cancelled()) throw DisclosureError(Fault::cancelled, "cancelled");
      first.read(segments[i]);
    }
    if (alone) read_rest();
  } catch (...) {
    stop = true;
    if (helper.joinable()) helper.join();
    throw;
  }
  if (helper.joinable()) helper.join();
  if (failure) std::rethrow_exception(failure);
  if (two) join(first.result, second->result, plan);
  return std::move(first.result);
}

Groups regroup(const Groups& groups, const Plan& plan, const std::vector<std::uint32_t>& to,
               std::size_t count) {
  Groups coarser;
  coarser.count = count;
  coarser.pairs.resize(groups.pairs.size());
  Mapping mapping;
  mapping.groups = to;
  mapping.pairs.resize(groups.pairs.size());
  for (std::size_t kind = 0; kind < groups.pairs.size(); ++kind) {
    for (const std::uint64_t key : groups.pairs[kind].keys()) {
      const std::uint32_t group = to[key >> 32];
      mapping.pairs[kind].push_back(
          group == nowhere ? nowhere
                           : coarser.pairs[kind].intern(static_cast<std::uint64_t>(group) << 32 |
                                                        (key & 0xffffffffU)));
    }
  }
  for (const BoundMeasure& measure : plan.measures) {
    coarser.measures.push_back(make_measure_table(measure, plan.kinds));
  }
  resize(coarser);
  for (std::size_t i = 0; i < coarser.measures.size(); ++i) {
    coarser.measures[i]->absorb(*groups.measures[i], mapping);
  }
  return coarser;
}

}  // namespace sceau::disclosure
