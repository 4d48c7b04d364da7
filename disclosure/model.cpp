#include "disclosure/model.h"

#include <algorithm>

#include "disclosure/implied.h"

namespace sceau::disclosure {
namespace {

// What a model of several terms may have beside them.
const char* why_no_errors(const Model& model) {
  const bool clustered = model.errors == Errors::clustered;
  if (clustered == model.cluster.empty()) {
    return clustered ? "clustered errors name a variable" : "only clustered errors name a cluster";
  }
  return nullptr;
}

std::string_view suffix(Errors errors) {
  switch (errors) {
    case Errors::classical:
      return "";
    case Errors::robust:
      return "_robust";
    case Errors::clustered:
      return "_clustered";
  }
  return "";
}

}  // namespace

std::string_view to_string(ModelKind kind) {
  switch (kind) {
    case ModelKind::ols:
      return "ols";
    case ModelKind::logit:
      return "logit";
    case ModelKind::km:
      return "km";
    case ModelKind::t_test:
      return "t_test";
    case ModelKind::chi2:
      return "chi2";
  }
  return "";
}

std::string_view to_string(Errors errors) {
  switch (errors) {
    case Errors::classical:
      return "classical";
    case Errors::robust:
      return "robust";
    case Errors::clustered:
      return "clustered";
  }
  return "";
}

std::string describe(const Model& model) {
  std::string text = std::string(to_string(model.kind)) + std::string(suffix(model.errors)) + "(";
  if (!model.cluster.empty()) text += model.cluster + ", ";
  text += model.response;
  for (const std::string& term : model.terms) text += ", " + term;
  return text + ")";
}

std::vector<std::string> variables_of(const Model& model) {
  std::vector<std::string> names{model.response};
  names.insert(names.end(), model.terms.begin(), model.terms.end());
  if (!model.cluster.empty()) names.push_back(model.cluster);
  return names;
}

const char* why_no_model(const Model& model) {
  std::vector<std::string> names{model.response};
  names.insert(names.end(), model.terms.begin(), model.terms.end());
  if (std::any_of(names.begin(), names.end(), [](const auto& name) { return name.empty(); })) {
    return "a model names its variables";
  }
  if (model.terms.empty()) return "a model has a response and at least one term";
  if (model.terms.size() >= max_parameters) return "a model has at most 100 parameters";
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    return "a model names each variable once";
  }
  switch (model.kind) {
    case ModelKind::ols:
    case ModelKind::logit:
      return why_no_errors(model);
    case ModelKind::km:
    case ModelKind::t_test:
    case ModelKind::chi2:
      if (model.terms.size() != 1) return "km, t_test and chi2 take two variables";
      return model.errors == Errors::classical && model.cluster.empty()
                 ? nullptr
                 : "only ols and logit have robust or clustered errors";
  }
  return nullptr;
}

Statistic statistic_of(const Model& model) {
  Statistic counted;
  counted.filter.kind = Condition::Kind::all_of;
  for (const std::string& name : variables_of(model)) {
    counted.filter.parts.push_back(is_known(name));
  }
  return counted;
}

Column column_of(Model model, std::string name) {
  Column column;
  column.name = std::move(name);
  column.statistic = statistic_of(model);
  column.model = std::move(model);
  return column;
}

const Model* model_of(const Tabulation& tabulation) {
  for (const Column& column : tabulation.columns) {
    if (column.model) return &*column.model;
  }
  return nullptr;
}

}  // namespace sceau::disclosure
