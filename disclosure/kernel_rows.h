#pragma once
// All changes that fit a pattern, bounds aside: a basis of the vectors that are orthogonal to every
// sum and zero in every published cell, modulo a prime. Kept by cell: a cell's row says how much of
// each basis vector is in it. A cell whose row is empty follows from what is published.
//
//   a + b - c = 0, all hidden:   vectors u = (1, -1, 0), v = (1, 0, 1)
//   rows                         a {u: 1, v: 1}, b {u: -1}, c {v: 1}
//   publishing c takes v away:   a {u: 1}, b {u: -1}; publishing b too would give a away.

#include <cstdint>
#include <span>
#include <vector>

#include "disclosure/prime_field.h"

namespace sceau::disclosure {

class KernelRows {
 public:
  using Element = PrimeField::Element;

  /// A vector's element in a cell, or a cell's in a vector.
  struct Entry {
    std::uint32_t at;
    Element value;  ///< not 0
  };

  /// What may not follow: `watched` cells (1 by cell), from published cells and any single cell
  /// that `known` has a 1 for.
  KernelRows(const PrimeField& field, std::vector<std::uint8_t> watched,
             std::vector<std::uint8_t> known);

  /// One more basis vector, by cell.
  void add(std::span<const Entry> vector);

  [[nodiscard]] bool follows(std::uint32_t cell) const { return rows_[cell].empty(); }

  /// Publishes the cell, unless a watched cell that didn't follow would. Whether it did.
  bool publish(std::uint32_t cell);

  /// The basis vectors that are left, by cell ascending.
  [[nodiscard]] std::vector<std::vector<Entry>> vectors() const;

 private:
  using Row = std::vector<Entry>;  // by vector ascending

  struct Fresh {
    std::uint32_t cell;
    Row row;
  };

  [[nodiscard]] Element element(std::uint32_t cell, std::uint32_t vector) const;
  [[nodiscard]] bool parallel(const Row& one, const Row& other) const;
  [[nodiscard]] Row less(const Row& row, Element times, const Row& other) const;
  /// Whether a fresh row of a watched cell is a multiple of a known cell's, or the other way round.
  [[nodiscard]] bool shows_twins(std::span<const Fresh> fresh) const;
  void replace(Fresh&& fresh);

  const PrimeField* field_;
  std::vector<std::uint8_t> watched_;
  std::vector<std::uint8_t> known_;
  bool any_known_ = false;
  std::vector<Row> rows_;                             // by cell
  std::vector<std::vector<std::uint32_t>> supports_;  // by vector: cells that may have it
};

}  // namespace sceau::disclosure
