// The file that leaves: derived names, codes, labels and rounded numbers alone.

#include <map>

#include "disclosure/csv_text.h"
#include "disclosure/implied.h"
#include "disclosure/model_text.h"
#include "disclosure/naming.h"
#include "disclosure/table.h"

namespace sceau::disclosure {
namespace {

using policies::Variable;

std::string csv_field(const std::string& raw) {
  const std::string text = never_a_formula(raw);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += c;
    field += c;
  }
  return field + "\"";
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
    case Function::mean:
    case Function::quantile:
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::weighted_mean:
      return own + finer;
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

namespace {

// Dimensions of a file, each with a field behind it, and its label where it has some.
class DimensionFields {
 public:
  DimensionFields(const Table& table, const policies::Codebook& codebook, std::string_view language)
      : table_(&table), codebook_(&codebook), language_(language) {}

  [[nodiscard]] std::string names(Header& header) const {
    std::string csv;
    for (const Dimension& dimension : table_->tabulation.dimensions) {
      const std::string name = canonical_name(dimension);
      csv += header.unique(name) + ",";
      if (labelled(dimension, *codebook_) != nullptr) csv += header.unique(name + "_label") + ",";
    }
    return csv;
  }

  [[nodiscard]] std::string of(const Cell& cell) const {
    std::string csv;
    for (std::size_t d = 0; d < table_->tabulation.dimensions.size(); ++d) {
      const Variable* variable = labelled(table_->tabulation.dimensions[d], *codebook_);
      const Member member = cell.key[d];
      std::string code = "Total";
      std::string label = code;
      if (member != total) {
        const auto& known = table_->domains[d].codes[static_cast<std::size_t>(member)];
        code = known.value_or("NA");
        label =
            known && variable != nullptr ? policies::label_of(*variable, *known, language_) : code;
      }
      csv += csv_field(code) + ",";
      if (variable != nullptr) csv += csv_field(label) + ",";
    }
    return csv;
  }

 private:
  const Table* table_;
  const policies::Codebook* codebook_;
  std::string_view language_;
};

// A line an estimate, or a step of a curve.
std::string released_model(const Table& table, const DimensionFields& dimensions, ModelKind kind) {
  Header header;
  std::string csv = dimensions.names(header);
  const auto end_line = [&csv] {
    csv.pop_back();
    csv += "\r\n";
  };
  for (const std::string& name : model_header(kind)) csv += header.unique(name) + ",";
  end_line();
  for (const Cell& cell : table.cells) {
    const auto& result = cell.columns[0].model;
    const ModelResult* shown = result && !cell.suppressed ? &*result : nullptr;
    for (const auto& line : model_lines(shown, kind)) {
      csv += dimensions.of(cell);
      for (const std::string& field : line) csv += csv_field(field) + ",";
      end_line();
    }
  }
  return csv;
}

}  // namespace

namespace {

// A column that the table doesn't have.
struct More {
  const std::string& name;
  const std::vector<std::string>& values;  // one a cell
};

std::string table_csv(const Table& table, const policies::Codebook& codebook,
                      std::string_view language, const More* more) {
  const Tabulation& tabulation = table.tabulation;
  const DimensionFields dimensions(table, codebook, language);
  Header header;
  std::string csv = dimensions.names(header);
  std::vector<int> decimals;
  for (const Column& column : tabulation.columns) {
    const std::int64_t base = tabulation.rounded_to;
    const std::string how = base == 0 ? "" : " rounded to " + std::to_string(base);
    csv += header.unique(describe(column) + how) + ",";
    decimals.push_back(released_decimals(column, codebook));
  }
  if (more != nullptr) csv += header.unique(more->name) + ",";
  const auto end_line = [&csv] {
    if (csv.ends_with(',')) csv.pop_back();
    csv += "\r\n";
  };
  end_line();
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& cell = table.cells[i];
    csv += dimensions.of(cell);
    for (std::size_t c = 0; c < cell.columns.size(); ++c) {
      const ColumnResult& result = cell.columns[c];
      if (!cell.suppressed) {
        csv += result.text ? csv_field(*result.text) : to_string(result.value, decimals[c]);
      }
      csv += ",";
    }
    if (more != nullptr) csv += csv_field(more->values[i]) + ",";
    end_line();
  }
  return csv;
}

}  // namespace

std::string released_csv(const Table& table, const policies::Codebook& codebook,
                         std::string_view language) {
  if (const Model* model = model_of(table.tabulation)) {
    return released_model(table, DimensionFields(table, codebook, language), model->kind);
  }
  return table_csv(table, codebook, language, nullptr);
}

std::string csv_with(const Table& table, const policies::Codebook& codebook,
                     std::string_view language, const std::string& name,
                     const std::vector<std::string>& values) {
  const More more{name, values};
  return table_csv(table, codebook, language, &more);
}

}  // namespace sceau::disclosure
