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

// A worker's tables while they grow: pairs are numbered as they come.
struct Growing {
  Scan scan;
  std::vector<Interner> pairs;  // one a kind: group << 32 | entity

  void resize() {
    Extent extent{scan.groups.count, {}};
    for (const Interner& of_kind : pairs) extent.pairs.push_back(of_kind.size());
    for (auto& measure : scan.groups.measures) measure->resize(extent);
  }
};

std::vector<std::unique_ptr<MeasureTable>> empty_tables(const Plan& plan) {
  std::vector<std::unique_ptr<MeasureTable>> tables;
  for (const BoundMeasure& measure : plan.measures) {
    tables.push_back(make_measure_table(measure, plan.kinds));
  }
  return tables;
}

Growing empty_scan(const Plan& plan) {
  const std::size_t kinds = plan.kinds.names.size();
  Growing made{{GroupIndex(plan.dimensions),
                std::vector<Interner>(plan.dimensions.size()),
                std::vector<Interner>(kinds),
                {}},
               std::vector<Interner>(kinds)};
  made.scan.groups.measures = empty_tables(plan);
  return made;
}

// Reads a run of segments into one Scan.
class Worker {
 public:
  explicit Worker(const Plan& plan)
      : plan_(&plan), columns_(plan.columns), result(empty_scan(plan)) {
    batch_.columns = &columns_;  // so it can't be moved
    batch_.pairs.resize(plan.kinds.names.size());
    batch_.entities.resize(plan.kinds.names.size());
    members_.resize(plan.dimensions.size());
  }

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void read(std::size_t segment) {
    columns_.move_to(segment);
    select_rows();
    if (batch_.rows.empty()) return;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      plan_->dimensions[i].code(columns_, result.scan.values[i], members_[i]);
    }
    result.scan.index.number(members_, batch_.rows, batch_.groups);
    if (result.scan.index.size() > max_cells) {
      throw DisclosureError(Fault::too_many_cells,
                            "more than a million cells have rows: group by " +
                                std::string("fewer or coarser variables"));
    }
    result.scan.groups.count = result.scan.index.size();
    gather();
  }

  // All rows of a segment, in groups that are numbered elsewhere.
  void read_as(std::size_t segment, std::vector<std::uint32_t> groups) {
    columns_.move_to(segment);
    batch_.groups = std::move(groups);
    batch_.rows.resize(batch_.groups.size());
    for (std::uint32_t row = 0; row < batch_.rows.size(); ++row) batch_.rows[row] = row;
    gather();
  }

  [[nodiscard]] const Plan& plan() const { return *plan_; }

 private:
  void gather() {
    for (std::size_t kind = 0; kind < batch_.pairs.size(); ++kind) number_pairs(kind);
    result.resize();
    for (auto& measure : result.scan.groups.measures) measure->add(batch_);
  }

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
    plan_->entities[kind].code(columns_, result.scan.entities[kind], of_row_);
    auto& entities = batch_.entities[kind];
    auto& pairs = batch_.pairs[kind];
    entities.resize(batch_.rows.size());
    pairs.resize(batch_.rows.size());
    for (std::size_t i = 0; i < batch_.rows.size(); ++i) {
      entities[i] = of_row_[batch_.rows[i]];
      pairs[i] = result.pairs[kind].intern(static_cast<std::uint64_t>(batch_.groups[i]) << 32 |
                                           entities[i]);
    }
  }

  const Plan* plan_;
  SegmentColumns columns_;
  Batch batch_;
  std::vector<std::vector<std::uint32_t>> members_;
  std::vector<std::uint32_t> of_row_;
  std::vector<Truth> holds_;

 public:
  Growing result;
};

// Joins what another worker found: its numbers become ours.
void join(Growing& ours, const Growing& theirs, const Plan& plan) {
  Mapping mapping;
  std::vector<std::uint32_t> members(plan.dimensions.size());
  for (std::size_t group = 0; group < theirs.scan.groups.count; ++group) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      members[i] = plan.dimensions[i].translate(theirs.scan.index.members(group)[i],
                                                theirs.scan.values[i], ours.scan.values[i]);
    }
    mapping.groups.push_back(ours.scan.index.number(members));
  }
  ours.scan.groups.count = ours.scan.index.size();
  mapping.pairs.resize(plan.entities.size());
  for (std::size_t kind = 0; kind < plan.entities.size(); ++kind) {
    const bool renumbered = plan.entities[kind].numbers_values();
    std::vector<std::uint32_t> entity_of;
    for (const std::uint64_t value : theirs.scan.entities[kind].keys()) {
      entity_of.push_back(ours.scan.entities[kind].intern(value));
    }
    for (const std::uint64_t key : theirs.pairs[kind].keys()) {
      auto entity = static_cast<std::uint32_t>(key);
      if (renumbered && entity != BoundEntity::unknown) entity = entity_of[entity];
      const std::uint64_t group = mapping.groups[key >> 32];
      mapping.pairs[kind].push_back(ours.pairs[kind].intern(group << 32 | entity));
    }
    if (renumbered && !plan.kinds.unit_is_row && kind == plan.kinds.unit) mapping.units = entity_of;
  }
  ours.resize();
  for (std::size_t i = 0; i < plan.measures.size(); ++i) {
    ours.scan.groups.measures[i]->absorb(*theirs.scan.groups.measures[i], mapping);
  }
}

// Each pair's place when pairs stand by entity (the unknown one last), and the keys in that order.
std::vector<std::uint32_t> order_by_entity(const std::vector<std::uint64_t>& keys,
                                           std::vector<std::uint64_t>& ordered) {
  std::uint32_t entities = 0;
  for (const std::uint64_t key : keys) {
    const auto entity = static_cast<std::uint32_t>(key);
    if (entity != BoundEntity::unknown) entities = std::max(entities, entity + 1);
  }
  std::vector<std::uint32_t> next(entities + 2, 0);
  const auto slot = [entities](std::uint64_t key) {
    return std::min(static_cast<std::uint32_t>(key), entities);
  };
  for (const std::uint64_t key : keys) ++next[slot(key) + 1];
  for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
  std::vector<std::uint32_t> place(keys.size());
  ordered.resize(keys.size());
  for (std::size_t pair = 0; pair < keys.size(); ++pair) {
    place[pair] = next[slot(keys[pair])]++;
    ordered[place[pair]] = keys[pair];
  }
  return place;
}

// Tables with `mapping` applied to those of `from`.
void absorb_all(Groups& to, const Groups& from, const Plan& plan, const Mapping& mapping) {
  Extent extent{to.count, {}};
  for (const auto& keys : to.pairs) extent.pairs.push_back(keys.size());
  to.measures = empty_tables(plan);
  for (std::size_t i = 0; i < to.measures.size(); ++i) {
    to.measures[i]->resize(extent);
    to.measures[i]->absorb(*from.measures[i], mapping);
  }
}

// The finished scan: pairs ordered by entity, so that regrouping needs no hash table.
Scan settled(Growing grown, const Plan& plan) {
  Mapping mapping;
  for (std::uint32_t group = 0; group < grown.scan.groups.count; ++group) {
    mapping.groups.push_back(group);
  }
  Groups groups;
  groups.count = grown.scan.groups.count;
  for (Interner& pairs : grown.pairs) {
    mapping.pairs.push_back(order_by_entity(pairs.keys(), groups.pairs.emplace_back()));
    pairs = Interner();
  }
  absorb_all(groups, grown.scan.groups, plan, mapping);
  grown.scan.groups = std::move(groups);
  return std::move(grown.scan);
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
  return settled(std::move(first.result), plan);
}

struct Gatherer::Inside {
  explicit Inside(const Plan& plan) : worker(plan) {}
  Worker worker;
};

Gatherer::Gatherer(const Plan& plan, std::size_t groups)
    : inside_(std::make_unique<Inside>(plan)) {
  inside_->worker.result.scan.groups.count = groups;
}

Gatherer::~Gatherer() = default;

void Gatherer::add(std::size_t segment, std::vector<std::uint32_t> groups) {
  inside_->worker.read_as(segment, std::move(groups));
}

Groups Gatherer::take() {
  Worker& worker = inside_->worker;
  worker.result.resize();
  return settled(std::move(worker.result), worker.plan()).groups;
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
    std::vector<std::uint32_t> last(count, nowhere);  // by new group: its newest pair
    auto& keys = coarser.pairs[kind];
    mapping.pairs[kind].reserve(groups.pairs[kind].size());
    for (const std::uint64_t key : groups.pairs[kind]) {
      const std::uint32_t group = to[key >> 32];
      if (group == nowhere) {
        mapping.pairs[kind].push_back(nowhere);
        continue;
      }
      const std::uint64_t moved = static_cast<std::uint64_t>(group) << 32 | (key & 0xffffffffU);
      if (last[group] == nowhere || keys[last[group]] != moved) {  // this entity's first here
        last[group] = static_cast<std::uint32_t>(keys.size());
        keys.push_back(moved);
      }
      mapping.pairs[kind].push_back(last[group]);
    }
  }
  absorb_all(coarser, groups, plan, mapping);
  return coarser;
}

}  // namespace sceau::disclosure
