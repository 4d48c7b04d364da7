#pragma once
// Models and the release history. Who knows a model knows, or nearly knows, the tables that it
// implies (implied.h): so an earlier model is remembered with them, and those of a new one are
// compared like any table.

#include <vector>

#include "disclosure/examine.h"
#include "disclosure/implied.h"
#include "disclosure/judge.h"

namespace sceau::disclosure {

/// Classes are categories, and numbers that the codebook declares to be 0 or 1.
[[nodiscard]] IsClass classes_of(const Source& source, const policies::Codebook& codebook);

/// The question, its history grown by what each remembered model implies, under its own name.
[[nodiscard]] Question with_implied(Question question, const Source& source,
                                    const policies::Codebook& codebook);

/// What the tables that the question's own model implies give away together with that history;
/// findings stand for the whole output. None without a model. Throws DisclosureError.
[[nodiscard]] std::vector<Placed> judge_implied_history(const Question& question,
                                                        const Source& source,
                                                        const policies::Codebook& codebook,
                                                        const policies::Policy& policy,
                                                        const Cancelled& cancelled);

}  // namespace sceau::disclosure
