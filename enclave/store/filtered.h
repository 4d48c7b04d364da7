#pragma once
// A data set of which only some rows may be seen: the rows for which a permit's condition is true,
// and nothing of the others. Segments are cut, and dictionaries hold the texts of these rows alone,
// so that a category that occurs elsewhere isn't even an empty cell.
//
//   academie = '27'   of 10 million rows:   the 300,000 of that académie, their schools, their
//   years note > 12         where note is NULL:   not true, so that row is not there
//
// Everything above sees a source like any other: engine, joins, SQLite's tables, the catalogue.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/source.h"
#include "disclosure/tabulation.h"

namespace sceau::enclave {

class FilteredSource final : public disclosure::Source {
 public:
  /// `shown`: the columns that may be seen. `all`: the same rows in the same segments, with the
  /// variables that the condition names (mostly the same source). Both must outlive this. Rows are
  /// chosen and dictionaries cut when first asked for; a fault of the condition is thrown here:
  /// DisclosureError unknown_variable, wrong_kind.
  FilteredSource(const disclosure::Source& shown, const disclosure::Source& all,
                 disclosure::Condition condition);
  ~FilteredSource() override;

  [[nodiscard]] std::string dataset() const override;
  /// All that are permitted, those among them that have no row left.
  [[nodiscard]] std::vector<std::string> vintages() const override;
  [[nodiscard]] std::size_t segments() const override;
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override;
  [[nodiscard]] std::string vintage(std::size_t segment) const override;
  [[nodiscard]] std::vector<disclosure::ColumnInfo> columns() const override;
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override;
  [[nodiscard]] bool may_contain(std::size_t segment, std::string_view column, std::int64_t low,
                                 std::int64_t high) const override;
  [[nodiscard]] bool may_hold_code(std::size_t segment, std::string_view column,
                                   const std::function<bool(std::uint32_t)>& wanted) const override;
  void read(std::size_t segment, std::string_view column, disclosure::Segment& out) const override;
  void load(std::size_t segment, std::string_view column,
            std::unique_ptr<disclosure::LoadedColumn>& into) const override;
  /// Of the rows that are seen.
  [[nodiscard]] std::optional<disclosure::Bounds> bounds(std::string_view column) const override;
  [[nodiscard]] bool determines(std::string_view column, std::string_view other) const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
