#pragma once
// Dense numbers for 64-bit keys in the order in which they are first seen: cells of a partition,
// pairs of a cell and a contributor, values of an integer column.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sceau::disclosure {

class Interner {
 public:
  /// The number of `key`, a new one (size()) where it wasn't seen before.
  std::uint32_t intern(std::uint64_t key) {
    if ((keys_.size() + 1) * 10 > slots_.size() * 7) grow();
    Slot& slot = slots_[find_slot(key)];
    if (slot.number == empty) {
      slot = {key, static_cast<std::uint32_t>(keys_.size())};
      keys_.push_back(key);
    }
    return slot.number;
  }

  [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t key) const {
    if (slots_.empty()) return std::nullopt;
    const Slot& slot = slots_[find_slot(key)];
    if (slot.number == empty) return std::nullopt;
    return slot.number;
  }

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] const std::vector<std::uint64_t>& keys() const { return keys_; }
  [[nodiscard]] std::vector<std::uint64_t> take_keys() && { return std::move(keys_); }

 private:
  static constexpr std::uint32_t empty = 0xffffffffU;
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t number = empty;
  };

  [[nodiscard]] std::size_t find_slot(std::uint64_t key) const {
    std::uint64_t hash = key * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93U;
    hash ^= hash >> 29;
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].number != empty && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  void grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, Slot{});
    for (std::uint32_t i = 0; i < keys_.size(); ++i) slots_[find_slot(keys_[i])] = {keys_[i], i};
  }

  std::vector<std::uint64_t> keys_;
  std::vector<Slot> slots_;
};

}  // namespace sceau::disclosure
