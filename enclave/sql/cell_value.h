#pragma once
// One statistic of one cell as PostgreSQL would print it: each aggregate, cast and division takes
// PostgreSQL's type in its turn, so that digits end where PostgreSQL ends them.
//
//   avg(note) / count(*)          numeric: the mean is rounded first, then divided
//   sum(poids)::int               float8 to integer: half to even
//   sum(age)::numeric(3,1)        throws SqlError 22003 where it doesn't fit

#include <optional>
#include <string>

#include "disclosure/table.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave::sql {

/// Of a model one JSON text. nullopt: NULL. Throws SqlError: 22012 a zero divisor, 22003 out of its type's range.
[[nodiscard]] std::optional<std::string> cell_value(const disclosure::Column& column,
                                                    const disclosure::ColumnResult& result,
                                                    const OutputColumn& output);

}  // namespace sceau::enclave::sql
