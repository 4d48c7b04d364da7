#include "disclosure/scan_worker.h"

#include <algorithm>
#include <string>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

// Rows that are decoded and counted together: few, so that what is made of them stays in a
// processor's caches, and little memory is touched for the first time.
constexpr std::uint32_t block_rows = 1U << 12;

constexpr std::uint32_t rows_between_questions = 8 * block_rows;  // a millisecond or two

constexpr std::size_t most_reserved = 1U << 19;  // pairs

}  // namespace

Growing::Growing(const Plan& plan, bool groups_are_given)
    : index(plan.dimensions),
      values(plan.dimensions.size()),
      entities(plan.kinds.names.size()),
      measures(empty_tables(plan)) {
  for (std::size_t kind = 0; kind < plan.entities.size(); ++kind) {
    if (groups_are_given) {
      pairs.emplace_back();
    } else {
      pairs.emplace_back(plan.dimensions, plan.entities[kind], plan.free_dimensions(kind));
    }
  }
  Extent likely{0, {}};
  for (const PairIndex& of_kind : pairs) {
    likely.pairs.push_back(std::min(of_kind.likely_size(), most_reserved));
  }
  for (auto& measure : measures) measure->reserve(likely);
}

void Growing::resize() {
  Extent extent{groups, {}};
  for (const PairIndex& of_kind : pairs) extent.pairs.push_back(of_kind.size());
  for (auto& measure : measures) measure->resize(extent);
}

void Growing::join(const Growing& theirs, const Plan& plan) {
  Mapping mapping;
  std::vector<std::vector<std::uint32_t>> members_of(theirs.groups);
  for (std::size_t group = 0; group < theirs.groups; ++group) {
    auto& members = members_of[group];
    for (std::size_t i = 0; i < plan.dimensions.size(); ++i) {
      members.push_back(plan.dimensions[i].translate(theirs.index.members(group)[i],
                                                     theirs.values[i], values[i]));
    }
    mapping.groups.push_back(index.number(members));
  }
  groups = index.size();
  for (std::size_t kind = 0; kind < plan.entities.size(); ++kind) {
    std::vector<std::uint32_t> entity_of;
    for (const std::uint64_t value : theirs.entities[kind].keys()) {
      entity_of.push_back(entities[kind].intern(value));
    }
    const bool renumbered = plan.entities[kind].numbers_values();
    auto& to = mapping.pairs.emplace_back();
    for (const std::uint64_t key : theirs.pairs[kind].keys()) {
      auto entity = static_cast<std::uint32_t>(key);
      if (renumbered && entity != BoundEntity::unknown) entity = entity_of[entity];
      const std::size_t group = key >> 32;
      to.push_back(pairs[kind].number(members_of[group], entity, mapping.groups[group]));
    }
    if (renumbered && !plan.kinds.unit_is_row && kind == plan.kinds.unit) {
      mapping.units = std::move(entity_of);
    }
  }
  resize();
  for (std::size_t i = 0; i < measures.size(); ++i) {
    measures[i]->absorb(*theirs.measures[i], mapping);
  }
}

Scan Growing::finish() && {
  resize();
  Scan scan{std::move(index), std::move(values), {}};
  scan.groups.count = groups;
  for (PairIndex& of_kind : pairs) scan.groups.pairs.push_back(std::move(of_kind).take_keys());
  scan.groups.measures = std::move(measures);
  return scan;
}

Worker::Worker(const Plan& plan, bool groups_are_given)
    : result(plan, groups_are_given),
      plan_(&plan),
      columns_(plan.columns),
      members_(plan.dimensions.size()),
      entity_room_(plan.kinds.names.size()) {
  batch_.columns = &columns_;
  batch_.pairs.resize(plan.kinds.names.size());
  batch_.entities.resize(plan.kinds.names.size());
  batch_.one_group = plan.dimensions.empty() && !groups_are_given;
}

void Worker::read(std::size_t segment, const std::atomic<bool>& stop, const Cancelled& cancelled) {
  const std::uint32_t rows = plan_->columns.source().rows(segment);
  for (std::uint32_t first = 0; first < rows && !stop; first += block_rows) {
    if (cancelled && first % rows_between_questions == 0 && cancelled()) {
      throw DisclosureError(Fault::cancelled, "cancelled");
    }
    columns_.move_to(segment, first, std::min(block_rows, rows - first));
    read_block();
  }
}

void Worker::read_block() {
  select_rows();
  if (batch_.selection.count == 0) return;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    plan_->dimensions[i].code(columns_, result.values[i], members_[i]);
  }
  result.index.number(members_, batch_.selection, batch_.groups);
  result.groups = result.index.size();
  if (result.groups > max_cells) {
    throw DisclosureError(Fault::too_many_cells, "more than a million cells have rows: group by " +
                                                     std::string("fewer or coarser variables"));
  }
  gather();
}

void Worker::read_as(std::size_t segment, const std::vector<std::uint32_t>& groups) {
  columns_.move_to(segment);
  batch_.selection.all = true;
  batch_.selection.count = columns_.rows();
  batch_.groups = groups;
  gather();
}

void Worker::gather() {
  for (std::size_t kind = 0; kind < batch_.pairs.size(); ++kind) {
    batch_.entities[kind] =
        plan_->entities[kind].codes(columns_, result.entities[kind], entity_room_[kind]);
    result.pairs[kind].number(members_, batch_.selection, batch_.entities[kind], batch_.groups,
                              batch_.pairs[kind]);
  }
  result.resize();
  for (auto& measure : result.measures) measure->add(batch_);
}

void Worker::select_rows() {
  SelectedRows& selection = batch_.selection;
  selection.count = columns_.rows();
  selection.all = plan_->where.is_always();
  if (selection.all) return;
  plan_->where.evaluate(columns_, holds_);
  selection.rows.resize(columns_.rows());
  std::uint32_t count = 0;
  for (std::uint32_t row = 0; row < columns_.rows(); ++row) {
    selection.rows[count] = row;
    count += holds_[row] == Truth::yes ? 1U : 0U;
  }
  selection.all = count == columns_.rows();
  selection.count = count;
}

}  // namespace sceau::disclosure
