// Finished groups in another order, or in coarser groups.

#include <algorithm>

#include "disclosure/groups.h"

namespace sceau::disclosure {

std::vector<std::unique_ptr<MeasureTable>> empty_tables(const Plan& plan) {
  std::vector<std::unique_ptr<MeasureTable>> tables;
  for (const BoundMeasure& measure : plan.measures) {
    tables.push_back(make_measure_table(measure, plan.kinds));
  }
  return tables;
}

namespace {

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

}  // namespace

Groups settled(Groups groups, const Plan& plan) {
  Mapping mapping;
  for (std::uint32_t group = 0; group < groups.count; ++group) mapping.groups.push_back(group);
  Groups ordered;
  ordered.count = groups.count;
  for (const auto& pairs : groups.pairs) {
    mapping.pairs.push_back(order_by_entity(pairs, ordered.pairs.emplace_back()));
  }
  absorb_all(ordered, groups, plan, mapping);
  return ordered;
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
