#include "enclave/sql/models.h"

#include <array>
#include <utility>

namespace sceau::enclave::sql {
namespace {

using disclosure::Errors;
using disclosure::Model;
using disclosure::ModelKind;

struct Named {
  std::string_view name;
  ModelKind kind;
  Errors errors;
};

constexpr std::array known = {Named{"ols", ModelKind::ols, Errors::classical},
                              Named{"ols_robust", ModelKind::ols, Errors::robust},
                              Named{"ols_clustered", ModelKind::ols, Errors::clustered},
                              Named{"logit", ModelKind::logit, Errors::classical},
                              Named{"logit_robust", ModelKind::logit, Errors::robust},
                              Named{"logit_clustered", ModelKind::logit, Errors::clustered},
                              Named{"km", ModelKind::km, Errors::classical},
                              Named{"t_test", ModelKind::t_test, Errors::classical},
                              Named{"chi2", ModelKind::chi2, Errors::classical}};

}  // namespace

std::optional<Model> model_named(std::string_view function) {
  for (const Named& one : known) {
    if (one.name != function) continue;
    Model model;
    model.kind = one.kind;
    model.errors = one.errors;
    return model;
  }
  return std::nullopt;
}

bool give_variables(Model& model, std::vector<std::string> names) {
  auto next = names.begin();
  if (model.errors == Errors::clustered && next != names.end()) model.cluster = std::move(*next++);
  if (next == names.end()) return false;
  model.response = std::move(*next++);
  model.terms.assign(next, names.end());
  return disclosure::why_no_model(model) == nullptr;
}

}  // namespace sceau::enclave::sql
