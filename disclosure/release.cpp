// The file that leaves: derived names, codes, labels and rounded numbers alone.

#include <map>
#include <set>

#include "disclosure/table.h"

namespace sceau::disclosure {
namespace {

using policies::Variable;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += c;
    field += c;
  }
  return field + "\"";
}

void collect(const Condition& condition, std::set<std::string>& names) {
  if (!condition.variable.empty()) names.insert(condition.variable);
  for (const Condition& part : condition.parts) collect(part, names);
}

// Never the researcher's alias: the variable, "note_bucket", "age_sexe_recode".
std::string canonical_name(const Dimension& dimension) {
  if (const auto* variable = std::get_if<std::string>(&dimension.from)) return *variable;
  if (const auto* bucket = std::get_if<WidthBucket>(&dimension.from)) {
    return bucket->variable + "_bucket";
  }
  std::set<std::string> names;
  for (const RecodeCase& one : std::get<Recode>(dimension.from).cases) collect(one.when, names);
  std::string joined;
  for (const std::string& name : names) joined += name + "_";
  return joined + "recode";
}

// Numbers equal names apart: "x", "x 2".
class Header {
 public:
  std::string unique(const std::string& name) {
    const int count = ++seen_[name];
    return csv_field(count == 1 ? name : name + " " + std::to_string(count));
  }

 private:
  std::map<std::string, int> seen_;
};

const Variable* labelled(const Dimension& dimension, const policies::Codebook& codebook) {
  const auto* name = std::get_if<std::string>(&dimension.from);
  const Variable* variable = name == nullptr ? nullptr : codebook.find(*name);
  return variable == nullptr || variable->values.empty() ? nullptr : variable;
}

int decimals_of(const Operand& operand, const policies::Codebook& codebook) {
  const auto* name = std::get_if<std::string>(&operand);
  const Variable* variable = name == nullptr ? nullptr : codebook.find(*name);
  return variable != nullptr && variable->type == policies::Type::decimal ? variable->decimals : 0;
}

int decimals_of(const Statistic& statistic, const policies::Codebook& codebook) {
  constexpr int finer = 2;
  constexpr int without_unit = 4;  // shares and coefficients: no variable says how fine they are
  const int second =
      statistic.second.empty() ? 0 : decimals_of(Operand(statistic.second), codebook);
  const int own = decimals_of(statistic.operand, codebook);
  switch (statistic.function) {
    case Function::count_rows:
    case Function::count_values:
    case Function::count_distinct:
      return 0;
    case Function::sum:
    case Function::minimum:
    case Function::maximum:
    case Function::mode:
    case Function::quantile_discrete:
    case Function::weighted_sum:
      return own;
    case Function::weighted_count:
      return second;
      return 0;
    case Function::mean:
    case Function::quantile:
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::weighted_mean:
      return own + finer;
      return second + finer;
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
      return std::max(own, second) + finer;
    case Function::correlation:
    case Function::regression_r2:
    case Function::skewness:
    case Function::kurtosis:
    case Function::gini:
    case Function::hhi:
    case Function::top_share:
      return without_unit;
  }
  return 0;
}

}  // namespace

int released_decimals(const Column& column, const policies::Codebook& codebook) {
  if (!column.denominator) return decimals_of(column.statistic, codebook);
  if (column.integer_division) return 0;
  return std::max(decimals_of(column.statistic.operand, codebook),
                  decimals_of(column.denominator->operand, codebook)) +
         2;
}

std::string released_csv(const Table& table, const policies::Codebook& codebook,
                         std::string_view language) {
  const Tabulation& tabulation = table.tabulation;
  std::string csv;
  Header header;
  for (const Dimension& dimension : tabulation.dimensions) {
    const std::string name = canonical_name(dimension);
    csv += header.unique(name) + ",";
    if (labelled(dimension, codebook) != nullptr) csv += header.unique(name + "_label") + ",";
  }
  std::vector<int> decimals;
  for (const Column& column : tabulation.columns) {
    csv += header.unique(describe(column)) + ",";
    decimals.push_back(released_decimals(column, codebook));
  }
  const auto end_line = [&csv] {
    if (csv.ends_with(',')) csv.pop_back();
    csv += "\r\n";
  };
  end_line();
  for (const Cell& cell : table.cells) {
    for (std::size_t d = 0; d < tabulation.dimensions.size(); ++d) {
      const Variable* variable = labelled(tabulation.dimensions[d], codebook);
      const Member member = cell.key[d];
      std::string code = "Total";
      std::string label = code;
      if (member != total) {
        const auto& known = table.domains[d].codes[static_cast<std::size_t>(member)];
        code = known.value_or("NA");
        label =
            known && variable != nullptr ? policies::label_of(*variable, *known, language) : code;
      }
      csv += csv_field(code) + ",";
      if (variable != nullptr) csv += csv_field(label) + ",";
    }
    for (std::size_t c = 0; c < cell.columns.size(); ++c) {
      const ColumnResult& result = cell.columns[c];
      if (!cell.suppressed) {
        csv += result.text ? csv_field(*result.text) : to_string(result.value, decimals[c]);
      }
      csv += ",";
    }
    end_line();
  }
  return csv;
}

}  // namespace sceau::disclosure
