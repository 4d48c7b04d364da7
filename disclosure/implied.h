#pragma once
// What a model tells as tables. A coefficient of a dummy is told of the units that have that code,
// so they are counted as cells; a regression on classes alone gives their means back, and Welch's
// and Pearson's tests are made from a table of two. These tables are judged beside the model, and a
// release history keeps them: who knows the model knows them, or part of them.
//
//   ols(note, age, sexe) by academie   →  count(*) by academie, sexe
//   ols(note, sexe, serie)             →  count(*) by sexe; by serie; avg(note) by sexe, serie
//   chi2(serie, sexe)                  →  count(*) by serie, sexe

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/tabulation.h"

namespace sceau::disclosure {

/// count(*) of the rows that a model can use: none of its variables is NULL.
[[nodiscard]] Statistic statistic_of(const Model& model);
/// The one column of a tabulation with a model.
[[nodiscard]] Column column_of(Model model, std::string name);
/// Null: it has none.
[[nodiscard]] const Model* model_of(const Tabulation& tabulation);

/// Whether a variable is one of classes: a category, or a number that can only be 0 or 1.
using IsClass = std::function<bool(std::string_view variable)>;

struct Implied {
  Tabulation tabulation;
  /// Whether its empty cells are told too: of one class they are (a dummy is missing), of several
  /// terms together they aren't.
  bool tells_empty = true;
};

/// Each over the model's valid rows, the table's own dimensions before the model's and without its
/// HAVING. Empty: no model, or one whose variables are numbers throughout. With more dimensions
/// than a table may have, can_tabulate refuses it: that can't be judged.
[[nodiscard]] std::vector<Implied> implied_tabulations(const Tabulation& tabulation,
                                                       const IsClass& is_class);

}  // namespace sceau::disclosure
