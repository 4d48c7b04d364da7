#include "disclosure/group_index.h"

#include <algorithm>

#include "disclosure/kernels.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint64_t most_groups = 1U << 22;
constexpr std::uint64_t most_places = 1U << 24;
constexpr std::uint32_t not_there = 0xffffffffU;  // as look_up says it

}  // namespace

GroupIndex::GroupIndex(const std::vector<BoundDimension>& dimensions) : width_(dimensions.size()) {
  std::uint64_t card = 1;
  for (const BoundDimension& dimension : dimensions) {
    const bool fits = dimension.size() != 0 && !hashed_ && dimension.size() <= most_groups / card;
    folds_.push_back({dimension.size(), !fits, {}});
    hashed_ = hashed_ || !fits;
    if (fits) card *= dimension.size();
  }
  if (!hashed_) dense_ = ZeroedTable(card);
}

std::uint32_t GroupIndex::fold(std::size_t dimension, std::uint32_t number, std::uint32_t member) {
  Fold& fold = folds_[dimension];
  if (fold.hashed) return fold.interner.intern(static_cast<std::uint64_t>(number) << 32 | member);
  return static_cast<std::uint32_t>(number * fold.size + member);
}

std::uint32_t GroupIndex::settle(std::uint32_t number) {
  if (hashed_) return number;
  std::uint32_t& group = dense_[number];
  if (group == 0) group = static_cast<std::uint32_t>(size_ + 1);
  return group - 1;
}

void GroupIndex::number(const Members& members, const SelectedRows& selection,
                        std::vector<std::uint32_t>& groups) {
  groups.assign(selection.count, 0);
  if (width_ == 0) {  // all rows are one group
    if (selection.count > 0) (void)number({});
    return;
  }
  for (std::size_t dimension = 0; dimension < width_; ++dimension) {
    const auto& member = members[dimension];
    if (!folds_[dimension].hashed && selection.all) {
      const auto size = static_cast<std::uint32_t>(folds_[dimension].size);
      kernels::fold(member.data(), size, groups.data(), selection.count);
      continue;
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
      groups[i] = fold(dimension, groups[i], member[selection.row(i)]);
    }
  }
  if (!hashed_) {
    mixed_ = groups;
    if (kernels::look_up(dense_.data(), groups.data(), groups.size())) return;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!hashed_) {
      if (groups[i] != not_there) continue;
      groups[i] = settle(mixed_[i]);
    }
    if (groups[i] != size_) continue;
    ++size_;
    for (std::size_t dimension = 0; dimension < width_; ++dimension) {
      members_.push_back(members[dimension][selection.row(i)]);
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

PairIndex::PairIndex(const std::vector<BoundDimension>& dimensions, const BoundEntity& entity,
                     std::vector<std::size_t> free)
    : free_(std::move(free)), entities_(entity.size()) {
  std::uint64_t groups = 1;
  bool few = !entity.numbers_values() && entities_ <= most_places;
  for (const BoundDimension& dimension : dimensions) {
    few = few && dimension.size() != 0 && dimension.size() <= most_groups / groups;
    if (few) groups *= dimension.size();
  }
  for (const std::size_t dimension : free_) {
    sizes_.push_back(dimensions[dimension].size());
    if (few) card_ *= sizes_.back();
  }
  // Behind the places of the known ones: one a group for the unknown one, who decides nothing.
  dense_ = few && entities_ * card_ + groups <= most_places;
  if (dense_) places_ = ZeroedTable(entities_ * card_ + groups);
}

std::uint32_t PairIndex::settle(std::size_t place, std::uint64_t key) {
  std::uint32_t& pair = places_[place];
  if (pair == 0) {
    keys_.push_back(key);
    pair = static_cast<std::uint32_t>(keys_.size());
  }
  return pair - 1;
}

void PairIndex::number(const Members& members, const SelectedRows& selection,
                       const std::uint32_t* entities, const std::vector<std::uint32_t>& groups,
                       std::vector<std::uint32_t>& pairs) {
  pairs.resize(selection.count);
  const auto key_of = [&](std::size_t i, std::uint32_t entity) {
    return static_cast<std::uint64_t>(groups[i]) << 32 | entity;
  };
  if (!dense_) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      pairs[i] = interner_.intern(key_of(i, entities[selection.row(i)]));
    }
    return;
  }
  const std::size_t rows = selection.count == 0 ? 0 : selection.row(selection.count - 1) + 1;
  place(members, selection, {entities, rows}, groups);
  pairs = places_of_;
  if (kernels::look_up(places_.data(), pairs.data(), pairs.size())) return;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i] != not_there) continue;
    pairs[i] = settle(places_of_[i], key_of(i, entities[selection.row(i)]));
  }
}

// Fills places_of_. `entities`: of the block's rows up to the last that is selected.
void PairIndex::place(const Members& members, const SelectedRows& selection,
                      std::span<const std::uint32_t> entities,
                      const std::vector<std::uint32_t>& groups) {
  mix(members, entities.size());
  const auto card = static_cast<std::uint32_t>(card_);
  if (selection.all && kernels::span_of(entities.data(), entities.size()).high < entities_) {
    places_of_.assign(entities.begin(), entities.end());
    kernels::fold(mixed_.data(), card, places_of_.data(), places_of_.size());
    return;
  }
  places_of_.resize(selection.count);
  for (std::size_t i = 0; i < places_of_.size(); ++i) {
    const std::uint32_t row = selection.row(i);
    places_of_[i] = entities[row] == BoundEntity::unknown ? place_of_unknown(groups[i])
                                                          : entities[row] * card + mixed_[row];
  }
}

// What the free members of the block's first rows are together.
void PairIndex::mix(const Members& members, std::size_t rows) {
  mixed_.assign(rows, 0);
  for (std::size_t i = 0; i < free_.size(); ++i) {
    kernels::fold(members[free_[i]].data(), static_cast<std::uint32_t>(sizes_[i]), mixed_.data(),
                  rows);
  }
}

std::uint32_t PairIndex::number(std::span<const std::uint32_t> members, std::uint32_t entity,
                                std::uint32_t group) {
  const std::uint64_t key = static_cast<std::uint64_t>(group) << 32 | entity;
  if (!dense_) return interner_.intern(key);
  if (entity == BoundEntity::unknown) return settle(place_of_unknown(group), key);
  std::uint64_t mixed = 0;
  for (std::size_t i = 0; i < free_.size(); ++i) mixed = mixed * sizes_[i] + members[free_[i]];
  return settle(static_cast<std::size_t>(entity * card_ + mixed), key);
}

}  // namespace sceau::disclosure
