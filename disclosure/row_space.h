#pragma once
// Which sets of atoms follow from sums over other sets, by linear algebra modulo a prime.
//
// Each known sum is a row of zeros and ones, one column an atom. A set follows from them exactly
// when its own row of zeros and ones is a combination of theirs, and that is so exactly when every
// vector that is orthogonal to all of them is orthogonal to it. One such vector, drawn at random,
// decides for every set at once: where a set doesn't follow, its entries add up to zero with
// probability 1/prime, below 10^-18.
//
//   rows {a,b}, {b,c}:      orthogonal vectors are t·(1,-1,1); {a} doesn't follow (t is not 0),
//                           nor does {a,c} (2t).
//   and then {a,b,c}:       no vector but 0 is left: everything follows.
//
// Over the rationals and modulo a prime the answer differs only where the prime divides one of
// finitely many minors: callers draw primes that nobody can choose rows for, and use two.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "disclosure/prime_field.h"

namespace sceau::disclosure {

class RowSpace {
 public:
  using Element = PrimeField::Element;

  /// `holders`: by column, in how many rows it will be; pivots are taken where few are, which keeps
  /// rows short. Its size is the number of columns.
  RowSpace(const PrimeField& field, std::vector<std::uint32_t> holders);

  /// The row with ones in these columns. Whether it is no combination of those before. `steps`
  /// grows by the entries that were worked on.
  bool add(std::span<const std::uint32_t> ones, std::uint64_t& steps);

  /// An entry of a row that isn't of ones alone.
  struct Term {
    std::uint32_t column;
    std::int32_t factor;  ///< not 0
  };
  /// The same for any row of small integers; no column twice.
  bool add_terms(std::span<const Term> terms, std::uint64_t& steps);

  /// What a row is made of: `multiple` times the independent row numbered `row`.
  struct Part {
    std::uint32_t row;
    Element multiple;  ///< not 0
  };
  /// Adds the row if it is no combination of those before, and answers nullopt; else answers of
  /// which independent rows it is made, the last first.
  std::optional<std::vector<Part>> add_or_combine(std::span<const Term> terms,
                                                  std::uint64_t& steps);

  /// Rows that were no combination when they were added.
  [[nodiscard]] std::size_t rank() const { return rows_.size(); }
  [[nodiscard]] std::size_t columns() const { return pivot_of_.size(); }
  /// Entries of the rows as they are kept: what orthogonal() works on.
  [[nodiscard]] std::uint64_t entries() const { return entries_; }

  /// A vector orthogonal to every row, drawn from `state`.
  [[nodiscard]] std::vector<Element> orthogonal(std::uint64_t& state) const;

  /// Whether a row is kept with this column as its pivot; all others can be chosen freely.
  [[nodiscard]] bool is_pivot(std::uint32_t column) const;
  /// The vector orthogonal to every row that is one in this free column and zero in all other free
  /// ones. Beside the free column its entries are pivots that come before it in the order of
  /// `holders` (Edmonds, Matroids and the greedy algorithm, 1971): where small cells come last, a
  /// small cell is exchanged with larger ones. `steps` grows by the entries that were worked on.
  [[nodiscard]] std::vector<Element> circuit(std::uint32_t column, std::uint64_t& steps) const;

  /// The independent rows (numbered 0 … rank() - 1 as they were added) whose combination is the row
  /// with ones in these columns, ascending; nullopt: it is none. They are unique.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> combination(
      std::span<const std::uint32_t> ones);

 private:
  struct Entry {
    std::uint32_t at;
    Element value;
  };
  struct Row {
    std::uint32_t pivot;        // its column, where the value is one
    std::vector<Entry> others;  // no earlier row's pivot among them
    std::vector<Entry> taken;   // multiples of earlier rows that were subtracted
    Element scale;              // and what the rest was multiplied by
  };

  void scatter(std::span<const std::uint32_t> ones);
  void scatter_terms(std::span<const Term> terms);
  void touch(std::uint32_t column);
  /// From the free columns of an orthogonal vector, its pivots.
  void fill_pivots(std::vector<Element>& vector) const;
  /// Of what was scattered.
  [[nodiscard]] bool anything_left() const;
  /// Keeps what is left of the row that was scattered; `taken` has what reduce() subtracted.
  bool keep(std::vector<Entry>&& taken);
  /// Kept rows put back into the rows that were added, the last first.
  std::vector<Part> put_back(std::span<const Entry> taken);
  /// Subtracts earlier rows from what was scattered; the multiples by row.
  std::vector<Entry> reduce(std::uint64_t& steps);
  void clear();

  const PrimeField* field_;
  std::vector<std::uint32_t> holders_;
  std::vector<std::uint32_t> pivot_of_;  // by column: the row, or none
  std::vector<Row> rows_;
  std::uint64_t entries_ = 0;
  // The row that is worked on.
  std::vector<Element> value_;
  std::vector<std::uint8_t> touched_;
  std::vector<std::uint32_t> columns_touched_;
  std::vector<std::uint64_t> due_;  // bits by row: its pivot's column has been touched
  std::vector<Element> of_row_;     // by row, while rows are put back
};

}  // namespace sceau::disclosure
