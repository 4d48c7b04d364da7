#pragma once
// Calls of models: ols(note, age, sexe), logit_clustered(uai, recu, age), km(duree, sortie). They
// take several variables as an aggregate takes one, are computed by the engine alone, and give one
// JSON text a cell.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/model.h"

namespace sceau::enclave::sql {

/// What a function's name alone says of a model; nullopt: it isn't one. `terms`, `response` and
/// `cluster` are empty.
[[nodiscard]] std::optional<disclosure::Model> model_named(std::string_view function);

/// Gives a model its variables, in the order of the call. False: too few of them.
[[nodiscard]] bool give_variables(disclosure::Model& model, std::vector<std::string> names);

}  // namespace sceau::enclave::sql
