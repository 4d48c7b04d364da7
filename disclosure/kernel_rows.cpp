#include "disclosure/kernel_rows.h"

#include <algorithm>
#include <utility>

namespace sceau::disclosure {

KernelRows::KernelRows(const PrimeField& field, std::vector<std::uint8_t> watched,
                       std::vector<std::uint8_t> known)
    : field_(&field),
      watched_(std::move(watched)),
      known_(std::move(known)),
      any_known_(std::find(known_.begin(), known_.end(), 1) != known_.end()),
      rows_(watched_.size()) {}

void KernelRows::add(std::span<const Entry> vector) {
  const auto number = static_cast<std::uint32_t>(supports_.size());
  supports_.emplace_back();
  for (const auto& entry : vector) {
    rows_[entry.at].push_back({number, entry.value});
    supports_.back().push_back(entry.at);
  }
}

KernelRows::Element KernelRows::element(std::uint32_t cell, std::uint32_t vector) const {
  const auto& row = rows_[cell];
  const auto at =
      std::lower_bound(row.begin(), row.end(), vector,
                       [](const Entry& entry, std::uint32_t number) { return entry.at < number; });
  return at != row.end() && at->at == vector ? at->value : 0;
}

bool KernelRows::parallel(const Row& one, const Row& other) const {
  if (one.size() != other.size() || one.empty()) return false;
  const auto first = one.front().value;
  const auto second = other.front().value;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i].at != other[i].at) return false;
    if (field_->multiply(one[i].value, second) != field_->multiply(other[i].value, first)) {
      return false;
    }
  }
  return true;
}

KernelRows::Row KernelRows::less(const Row& row, Element times, const Row& other) const {
  Row rest;
  rest.reserve(row.size() + other.size());
  auto one = row.begin();
  for (const auto& entry : other) {
    while (one != row.end() && one->at < entry.at) rest.push_back(*one++);
    auto value = field_->negative(field_->multiply(times, entry.value));
    if (one != row.end() && one->at == entry.at) value = field_->add(value, (one++)->value);
    if (value != 0) rest.push_back({entry.at, value});
  }
  rest.insert(rest.end(), one, row.end());
  return rest;
}

bool KernelRows::shows_twins(std::span<const Fresh> fresh) const {
  const auto row_of = [&](std::uint32_t cell) -> const Row& {
    for (const auto& candidate : fresh) {
      if (candidate.cell == cell) return candidate.row;
    }
    return rows_[cell];
  };
  for (const auto& [cell, row] : fresh) {
    if (row.empty() || (watched_[cell] == 0 && known_[cell] == 0)) continue;
    const auto vector = row.front().at;
    auto others = supports_[vector];
    for (const auto& candidate : fresh) others.push_back(candidate.cell);
    for (const auto other : others) {
      const bool matters = (watched_[cell] != 0 && known_[other] != 0) ||
                           (known_[cell] != 0 && watched_[other] != 0);
      if (other != cell && matters && parallel(row, row_of(other))) return true;
    }
  }
  return false;
}

void KernelRows::replace(Fresh&& fresh) {
  auto& row = rows_[fresh.cell];
  auto old = row.begin();
  for (const auto& entry : fresh.row) {
    while (old != row.end() && old->at < entry.at) ++old;
    if (old == row.end() || old->at != entry.at) supports_[entry.at].push_back(fresh.cell);
  }
  row = std::move(fresh.row);
}

bool KernelRows::publish(std::uint32_t cell) {
  const auto& row = rows_[cell];
  if (row.empty()) return true;
  // The vector in the fewest cells goes; the others are cleared of the cell by it.
  const auto pivot = *std::min_element(row.begin(), row.end(), [&](auto& one, auto& other) {
    return supports_[one.at].size() < supports_[other.at].size();
  });
  const auto inverse = field_->inverse(pivot.value);
  auto& support = supports_[pivot.at];
  std::erase_if(support, [&](std::uint32_t other) { return element(other, pivot.at) == 0; });
  std::sort(support.begin(), support.end());
  support.erase(std::unique(support.begin(), support.end()), support.end());
  for (const auto other : support) {
    if (watched_[other] != 0 && other != cell && parallel(rows_[other], row)) return false;
  }
  std::vector<Fresh> fresh;
  fresh.reserve(support.size());
  for (const auto other : support) {
    const auto times = field_->multiply(element(other, pivot.at), inverse);
    fresh.push_back({other, less(rows_[other], times, row)});
  }
  if (any_known_ && shows_twins(fresh)) return false;
  for (auto& one : fresh) replace(std::move(one));
  support.clear();
  return true;
}

std::vector<std::vector<KernelRows::Entry>> KernelRows::vectors() const {
  std::vector<std::vector<Entry>> found(supports_.size());
  for (std::uint32_t cell = 0; cell < rows_.size(); ++cell) {
    for (const auto& entry : rows_[cell]) found[entry.at].push_back({cell, entry.value});
  }
  std::erase_if(found, [](const auto& vector) { return vector.empty(); });
  return found;
}

}  // namespace sceau::disclosure
