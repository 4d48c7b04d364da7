#pragma once
// What the release history has to say of a table, as findings: each kind of finding on one cell and
// statistic once, of the oldest table that gives rise to it.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "disclosure/compare.h"
#include "disclosure/examine.h"

namespace sceau::disclosure {

/// "R-2026-000001/1".
[[nodiscard]] std::string name_of(const Remembered& earlier);

/// That an earlier table can't be compared: review.
[[nodiscard]] Finding incomparable(const Remembered& earlier, std::string id,
                                   std::vector<std::string> more);

/// That a search ended without an answer, of the output as a whole: review.
[[nodiscard]] Finding out_of_budget(std::string id, std::vector<std::string> args);
[[nodiscard]] bool is_out_of_budget(const Finding& finding);

class HistoryFindings {
 public:
  /// The references must outlive it.
  HistoryFindings(const Table& table, const Question& question)
      : table_(&table), question_(&question) {}

  /// On the output as a whole.
  void add(Finding finding) { all_.push_back({0, std::move(finding)}); }
  /// Level 1; `earlier` null: the other cell is of the same table.
  void add(const Derived& derived, const Remembered* earlier);
  /// After the last of level 1. What follows from two cells is said of them, not of many.
  void end_of_pairs();

  /// Levels 2 and 3: a set that follows from many cells, or nearly so, and doesn't pass.
  struct Combined {
    const std::vector<std::uint32_t>* profiles = nullptr;
    const Judged* judged = nullptr;
    bool narrowed = false;         ///< level 3; of too few units
    std::size_t grouping_set = 0;  ///< of the cell that is named
    std::vector<Coordinate> cell;
    std::string statistic;
    bool cell_is_hidden = false;              ///< by the new table's HAVING
    std::vector<const Remembered*> releases;  ///< needed for it beside the new table, oldest first
  };
  void add(const Combined& combined);

  [[nodiscard]] std::vector<Placed> take() { return std::move(all_); }

 private:
  void say(const Derived& derived, const Remembered* earlier);
  std::size_t place_of(std::size_t grouping_set, const std::vector<Coordinate>& cell);
  void name_releases(const std::vector<const Remembered*>& releases, Finding& finding) const;

  const Table* table_;
  const Question* question_;
  std::map<std::pair<std::uint32_t, std::string>, std::size_t> places_;
  std::set<std::tuple<std::size_t, std::string, std::string>> said_;
  std::set<std::pair<std::uint64_t, std::string>> said_of_rows_;
  std::vector<std::pair<Derived, const Remembered*>> waiting_;
  std::vector<Placed> all_;
};

}  // namespace sceau::disclosure
