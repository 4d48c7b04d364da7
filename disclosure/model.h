#pragma once
// A model as a value: what is fitted to the rows of each cell of a table. A tabulation whose column
// carries one has that one column, and counts the rows that the model could use: those where no
// variable of it is NULL.
//
//   ols(note, age, sexe)             note on age (a number) and sexe (a dummy for each further
//   code) logit_clustered(uai, recu, age)  0/1 response; errors that allow for likeness within a
//   school km(duree, sortie)                Kaplan–Meier: how long until `sortie` (0: left before
//   it came) t_test(note, sexe)               Welch's test of two means chi2(serie, sexe) Pearson's
//   test of independence, without continuity correction
// Not one: ols(note) without a term, ols(note, note), more than 100 parameters.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::disclosure {

inline constexpr std::size_t max_parameters = 100;

enum class ModelKind { ols, logit, km, t_test, chi2 };

enum class Errors {
  classical,  ///< from the model's own variance
  robust,     ///< HC1: heteroskedasticity-consistent, times n / (n - parameters)
  clustered   ///< by `cluster`, times G / (G - 1) · (n - 1) / (n - parameters)
};

struct Model {
  ModelKind kind = ModelKind::ols;
  std::string response;            ///< km: time; t_test: what is compared; chi2: one of the two
  std::vector<std::string> terms;  ///< in order; km: the event; t_test: the group; chi2: the other
  Errors errors = Errors::classical;  ///< ols and logit only
  std::string cluster;                ///< clustered only: a variable
  friend bool operator==(const Model&, const Model&) = default;
};

[[nodiscard]] std::string_view to_string(ModelKind kind);
[[nodiscard]] std::string_view to_string(Errors errors);

/// "ols_robust(note, age, sexe)": as it is written in SQL.
[[nodiscard]] std::string describe(const Model& model);

/// Response, terms and cluster, in this order.
[[nodiscard]] std::vector<std::string> variables_of(const Model& model);

/// One sentence where it is no model; null: it is.
[[nodiscard]] const char* why_no_model(const Model& model);

}  // namespace sceau::disclosure
