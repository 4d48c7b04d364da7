#include "disclosure/model_history.h"

#include <algorithm>
#include <utility>

#include "disclosure/history.h"
#include "disclosure/model_fit.h"
#include "disclosure/plan.h"

namespace sceau::disclosure {

IsClass classes_of(const Source& source, const policies::Codebook& codebook) {
  return [&source, &codebook](std::string_view name) {
    const policies::Variable* variable = codebook.find(name);
    return is_categorical(name, source, codebook) ||
           (variable != nullptr && is_indicator(*variable));
  };
}

Question with_implied(Question question, const Source& source, const policies::Codebook& codebook) {
  const IsClass is_class = classes_of(source, codebook);
  std::vector<Remembered> history;
  for (Remembered& earlier : question.history) {
    std::vector<Implied> implied;
    if (!earlier.opaque) implied = implied_tabulations(earlier.tabulation, is_class);
    Remembered name = earlier;
    history.push_back(std::move(earlier));
    for (Implied& one : implied) {
      name.tabulation = std::move(one.tabulation);
      history.push_back(name);
    }
  }
  question.history = std::move(history);
  return question;
}

std::vector<Placed> judge_implied_history(const Question& question, const Source& source,
                                          const policies::Codebook& codebook,
                                          const policies::Policy& policy,
                                          const Cancelled& cancelled) {
  std::vector<Placed> found;
  if (!policy.enforces(policies::Rule::history)) return found;
  for (Implied& one : implied_tabulations(question.tabulation, classes_of(source, codebook))) {
    if (!can_tabulate(one.tabulation)) continue;  // judge_models says that it can't be judged
    Question asked = question;
    asked.tabulation = std::move(one.tabulation);
    const Table table = tabulate(asked.tabulation, source, codebook, cancelled);
    for (Placed& placed : judge_history(table, asked, source, codebook, policy, cancelled)) {
      const auto same = [&](const Placed& other) {  // said of the model, or of another such table
        return other.finding.message == placed.finding.message &&
               other.finding.cell == placed.finding.cell;
      };
      placed.place = 0;
      if (std::none_of(found.begin(), found.end(), same)) found.push_back(std::move(placed));
    }
  }
  return found;
}

}  // namespace sceau::disclosure
