#include "disclosure/naming.h"

namespace sceau::disclosure {

using policies::Variable;

std::string canonical_name(const Dimension& dimension) {
  if (const auto* variable = std::get_if<std::string>(&dimension.from)) return *variable;
  if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) {
    return bucket->variable + "_bucket";
  }
  std::string joined;
  for (const std::string& name : variables_of(dimension)) joined += name + "_";
  return joined + "recode";
}

const Variable* labelled(const Dimension& dimension, const policies::Codebook& codebook) {
  const auto* name = std::get_if<std::string>(&dimension.from);
  const Variable* variable = name == nullptr ? nullptr : codebook.find(*name);
  return variable == nullptr || variable->values.empty() ? nullptr : variable;
}

std::string title_of(const Dimension& dimension, const policies::Codebook& codebook,
                     std::string_view language) {
  const auto* bucket = std::get_if<WidthBucket>(&dimension.from);
  const auto* name =
      bucket != nullptr ? &bucket->variable : std::get_if<std::string>(&dimension.from);
  const Variable* variable = name == nullptr ? nullptr : codebook.find(*name);
  if (variable == nullptr) return canonical_name(dimension);
  const auto& [fr, en] = variable->label;
  const std::string& first = language == "fr" ? fr : en;
  const std::string& second = language == "fr" ? en : fr;
  if (!first.empty()) return first;
  return second.empty() ? canonical_name(dimension) : second;
}

}  // namespace sceau::disclosure
