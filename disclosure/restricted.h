#pragma once
// A table under row filters, as the tabulation that it is over all rows: what a permit that shows
// part of the rows allows is compared with the tables of those who see them all.
//
//   count(*) of lycees, and only academie 27 may be seen:   WHERE academie = '27'
//   joined etablissements, and only secteur PU:             its reference names the data set
//                                       etablissements[{"compare":["secteur","equal","PU"]}]
//
// So joined variables of filtered rows have other names than those of all rows, and tables of both
// stand side by side.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "disclosure/tabulation.h"

namespace sceau::disclosure {

/// By data set: which of its rows may be seen, over its own variables.
using RowFilters = std::map<std::string, Condition, std::less<>>;

/// What a reference names: a data set, and which of its rows; none: all.
struct JoinedRows {
  std::string dataset;
  std::optional<Condition> filter;
};
/// Throws DisclosureError(malformed).
[[nodiscard]] JoinedRows joined_rows(std::string_view name);
[[nodiscard]] std::string name_of_rows(const std::string& dataset, const Condition& filter);

/// What holds where both hold. A conjunction's parts stand in one list, `a`'s first.
[[nodiscard]] Condition both(Condition a, Condition b);

/// The same table where rows outside of the filters are not there. Throws
/// DisclosureError(malformed): a reference names
/// filtered rows already.
[[nodiscard]] Tabulation restricted(Tabulation tabulation, const RowFilters& filters);

/// Calls `change` on each leaf (compare, in_list, is_null) of each condition in it.
void for_each_leaf(Tabulation& tabulation, const std::function<void(Condition&)>& change);

/// Each variable, wherever it stands, by its new name. References are left as they are.
void rename_variables(Tabulation& tabulation,
                      const std::function<std::string(const std::string&)>& renamed);

}  // namespace sceau::disclosure
