#include "disclosure/implied.h"

#include <algorithm>

namespace sceau::disclosure {
namespace {

class Implication {
 public:
  Implication(const Tabulation& tabulation, const Model& model)
      : tabulation_(&tabulation), model_(&model) {}

  /// `shown` by the classes `by`, in each cell of the model's table.
  [[nodiscard]] Tabulation table(const std::vector<std::string>& by, Statistic shown) const {
    Tabulation made = *tabulation_;
    const std::size_t own = made.dimensions.size();
    for (const std::string& variable : by) made.dimensions.push_back({name_of(variable), variable});
    made.having_minimum.reset();  // what is small here is what is looked for
    if (made.dimensions.size() <= max_dimensions) {
      const auto added = ((1U << by.size()) - 1U) << own;
      for (std::uint32_t& set : made.grouping_sets) set |= added;
    }
    shown.filter = statistic_of(*model_).filter;
    made.columns = {Column{by.front(), std::move(shown), std::nullopt, false}};
    return made;
  }

  [[nodiscard]] Tabulation counts(const std::vector<std::string>& by) const {
    return table(by, Statistic{});
  }

  [[nodiscard]] Tabulation means(const std::vector<std::string>& by) const {
    Statistic mean;
    mean.function = Function::mean;
    mean.operand = model_->response;
    return table(by, std::move(mean));
  }

 private:
  // Another than the dimensions of the table have.
  [[nodiscard]] std::string name_of(const std::string& variable) const {
    const auto& taken = tabulation_->dimensions;
    const bool is_taken = std::any_of(taken.begin(), taken.end(),
                                      [&](const auto& one) { return one.name == variable; });
    return is_taken ? "model " + variable : variable;
  }

  const Tabulation* tabulation_;
  const Model* model_;
};

}  // namespace

std::vector<Implied> implied_tabulations(const Tabulation& tabulation, const IsClass& is_class) {
  const Model* model = model_of(tabulation);
  if (model == nullptr) return {};
  const Implication implied(tabulation, *model);
  std::vector<Implied> found;
  switch (model->kind) {
    case ModelKind::ols:
    case ModelKind::logit: {
      std::vector<std::string> classes;
      for (const std::string& term : model->terms) {
        if (is_class(term)) classes.push_back(term);
      }
      for (const std::string& term : classes) found.push_back({implied.counts({term}), true});
      if (is_class(model->response)) found.push_back({implied.counts({model->response}), true});
      if (classes.size() == model->terms.size()) {
        found.push_back({implied.means(classes), classes.size() == 1});
      }
      return found;
    }
    case ModelKind::km:
      found.push_back({implied.counts({model->terms[0]}), true});
      return found;
    case ModelKind::t_test:
      found.push_back({implied.means({model->terms[0]}), true});
      return found;
    case ModelKind::chi2:
      found.push_back({implied.counts({model->response, model->terms[0]}), true});
      return found;
  }
  return found;
}

}  // namespace sceau::disclosure
