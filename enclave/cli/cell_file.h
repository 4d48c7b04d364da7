#pragma once
// The table of cells that `sceau protect` takes: one row a cell, the code columns first (Total for
// a margin), then freq, then any of value, primary, lpl, upl, cost.
//
//   sexe,serie,freq,primary
//   F,A,3,1
//   F,Total,10,0
//
// What is protected is `value` where there is that column, else `freq`. Numbers are decimals and
// become integers of one scale. Errors name file, line and column, never a number.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/cell_table.h"

namespace sceau::enclave {

/// What the command line says of the table.
struct CellFileRules {
  bool zeros_published = true;
  std::optional<std::int64_t> least;  ///< default: 1 for counts where zeros are published, else 0
};

struct CellFile {
  disclosure::CellTable table;
  /// The texts of freq, and of value where there is one, by cell: what is published again.
  std::vector<std::string> numbers_header;
  std::vector<std::vector<std::string>> numbers;
  int cost_scale = 0;  ///< digits behind the point of what costs are counted in
};

/// Reads from a descriptor. Throws bad_input: protect.columns, protect.unknown_column,
/// protect.no_primary, protect.number, protect.flag, protect.line, and what reading CSV throws.
[[nodiscard]] CellFile read_cells(int fd, const std::string& name, const CellFileRules& rules);

/// Adds the tree of `code,parent` lines to a dimension; a code without parent stands right under
/// the total. Throws bad_input: protect.hierarchy_columns, protect.hierarchy_code.
void read_hierarchy(int fd, const std::string& name, disclosure::TableDimension& dimension);

}  // namespace sceau::enclave
