#pragma once
// A typed SELECT as a tabulation, or the reason why it is none. A reason is no refusal: such a
// SELECT is explored, and at the gate a person looks.
//
//   SELECT academie, count(*), avg(note) FROM lycees WHERE niveau = '2nde' GROUP BY academie   yes
//   SELECT serie, sum(CASE WHEN ine = 'x' THEN note ELSE 12 END) FROM lycees GROUP BY 1
//                                            no: a value that depends on a condition hides a filter

#include <variant>

#include "disclosure/verdict.h"
#include "enclave/sql/catalog.h"
#include "enclave/sql/plan.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

using TabulationAnswer = std::variant<TabulationPlan, disclosure::Message>;

/// `query` is typed and has no parameters left.
[[nodiscard]] TabulationAnswer tabulate_query(const Select& query, const Catalog& catalog);

}  // namespace sceau::enclave::sql
