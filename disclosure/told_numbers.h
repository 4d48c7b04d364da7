#pragma once
// The numbers that a table tells of its cells and that add up: how many valid rows each statistic
// has, how many of them are 1, and sums. Each is a system of cells of its own (cell_table.h), and
// all of them share one pattern: a cell's statistics are shown or hidden together.
//
//   SELECT academie, count(*), avg(note) … CUBE        count(*), count(note), sum(note)
//   SELECT academie, max(note) … CUBE                  count(note): a maximum can't be subtracted,
//                                                      so what is hidden follows the counts
//
// A mean tells its sum to whoever knows the count, so it is taken to tell it.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "disclosure/cell_table.h"
#include "disclosure/table.h"
#include "disclosure/verdict.h"

namespace sceau::disclosure {

struct ToldNumber {
  std::string statistic;  ///< describe() of the first column that tells it
  bool is_count = true;
  bool has_shares = false;                ///< contributors' shares of it are judged
  int scale = 0;                          ///< of a sum: values are times 10^scale
  std::vector<std::int64_t> values;       ///< by cell of the table
  std::vector<const Evidence*> evidence;  ///< by cell, of the table that it was made from
  [[nodiscard]] bool has_negatives() const;
};

/// Counts first. Or why the table has one that can't be protected (protection.…): a model, a
/// weighted statistic, a sum of doubles, one too large.
[[nodiscard]] std::variant<std::vector<ToldNumber>, Message> told_numbers(const Table& table);

/// What is to be hidden of a table's cells.
struct Marked {
  std::vector<std::uint8_t> primary;  ///< by cell: because of itself
  std::vector<std::uint8_t> hidden;   ///< by cell: already, for whatever reason
  std::vector<Demand> demands;        ///< by cell; of primary ones
  bool zeros_published = true;        ///< cells without rows are shown
};

/// A told number as a table of cells; `places`: the table's cell of each of its cells. Cells
/// without rows, where none of them is hidden, are left out: everybody sees that they are zeros.
struct NumberCells {
  CellTable cells;
  std::vector<std::size_t> places;
};
[[nodiscard]] NumberCells cells_of(const Table& table, const ToldNumber& number,
                                   const Marked& marked);

}  // namespace sceau::disclosure
