#pragma once
// The models of a table, one a cell, from passes over the rows: one for least squares, one more for
// robust or clustered errors or Welch's test, one a Newton step for a logit. Internal to the
// engine.

#include <string_view>

#include "disclosure/source.h"
#include "disclosure/table.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// Whether a model takes a variable as classes: codes, or an integer that the codebook calls a
/// classification, unless it can only be 0 or 1.
[[nodiscard]] bool is_categorical(std::string_view variable, const Source& source,
                                  const policies::Codebook& codebook);

/// Fills ColumnResult::model of each cell that has rows for it; nothing where no column has a
/// model. Throws DisclosureError: wrong_kind where a variable can't be what the model takes it for.
void fit_models(Table& table, const Source& source, const policies::Codebook& codebook,
                const Cancelled& cancelled, int threads);

}  // namespace sceau::disclosure
