#include "disclosure/model_rows.h"

#include <algorithm>
#include <cmath>

#include "disclosure/fault.h"
#include "disclosure/implied.h"
#include "disclosure/model_fit.h"
#include "disclosure/plan.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint32_t block_rows = 1U << 11;  // their numbers stay in a processor's caches
constexpr std::uint32_t rows_between_questions = 8 * block_rows;

[[noreturn]] void refuse_codes(const std::string& name) {
  throw DisclosureError(Fault::wrong_kind,
                        "\"" + name + "\" holds codes: this place of a model takes a number");
}

bool wants_number(const Model& model, std::size_t variable) {
  switch (model.kind) {
    case ModelKind::ols:
    case ModelKind::logit:
    case ModelKind::t_test:
      return variable == 0;
    case ModelKind::km:
      return true;
    case ModelKind::chi2:
      return false;
  }
  return true;
}

bool wants_classes(const Model& model, std::size_t variable) {
  return model.kind == ModelKind::chi2 || (model.kind == ModelKind::t_test && variable == 1);
}

bool is_null(const Segment& values, std::uint32_t row) {
  if (values.kind == ColumnKind::codes) return values.codes[row] == null_code;
  return !values.present.empty() && values.present[row] == 0;
}

}  // namespace

bool is_categorical(std::string_view variable, const Source& source,
                    const policies::Codebook& codebook) {
  const auto column = source.column(variable);
  if (!column || column->kind == ColumnKind::codes) return true;  // "vintage" has codes
  const policies::Variable* known = codebook.find(variable);
  return known != nullptr && known->role == policies::Role::classification && !is_indicator(*known);
}

ModelRows::ModelRows(const Table& table, const Model& model, const Source& source,
                     const policies::Codebook& codebook, const Cancelled& cancelled)
    : table_(&table), source_(&source), columns_(source) {
  const Tabulation& tabulation = table.tabulation;
  where_.emplace(tabulation.where, columns_);
  for (const Dimension& dimension : tabulation.dimensions)
    dimensions_.emplace_back(dimension, columns_);
  for (const Domain& domain : table.domains) {
    auto& members = members_.emplace_back();
    for (std::size_t i = 0; i < domain.codes.size(); ++i) {
      members.emplace(domain.codes[i], static_cast<Member>(i));
    }
  }
  cell_of_.resize(tabulation.grouping_sets.size());
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const Cell& cell = table.cells[i];
    if (cell.rows == 0 || cell.suppressed) continue;
    cell_of_[cell.grouping_set].emplace(cell.key, static_cast<std::uint32_t>(i));
  }
  for (std::size_t segment = 0; segment < source.segments(); ++segment) {
    const auto& wanted = tabulation.vintages;
    if (std::find(wanted.begin(), wanted.end(), source.vintage(segment)) == wanted.end()) continue;
    if (where_->may_hold(source, columns_, segment)) segments_.push_back(segment);
  }
  bind_variables(model, codebook);
  if (!model.cluster.empty()) {
    cluster_.emplace(model.cluster, columns_);
    cluster_column_ = columns_.use(model.cluster);
  }
  find_levels(model, codebook, cancelled);
  if (model.kind != ModelKind::km) find_centres(cancelled);  // times are told as they are
}

std::size_t ModelRows::cells_with_rows() const {
  std::size_t count = 0;
  for (const auto& of_set : cell_of_) count += of_set.size();
  return count;
}

std::uint64_t ModelRows::row_count() const {
  std::uint64_t count = 0;
  for (const std::size_t segment : segments_) count += source_->rows(segment);
  return count;
}

void ModelRows::bind_variables(const Model& model, const policies::Codebook& codebook) {
  std::vector<std::string> names{model.response};
  names.insert(names.end(), model.terms.begin(), model.terms.end());
  for (std::size_t i = 0; i < names.size(); ++i) {
    DesignVariable variable;
    variable.name = names[i];
    Bound bound;
    bound.column = columns_.use(names[i]);
    const ColumnInfo& info = columns_.info(bound.column);
    bound.kind = info.kind;
    bound.unit = std::pow(10.0, info.scale);
    const bool codes = info.kind == ColumnKind::codes;
    if (codes && wants_number(model, i)) refuse_codes(names[i]);
    variable.categorical =
        codes || wants_classes(model, i) ||
        (!wants_number(model, i) && is_categorical(names[i], *source_, codebook));
    if (variable.categorical) bound.codes.emplace(Dimension{names[i], names[i]}, columns_);
    if (!variable.categorical) variable.first = design_.numbers++;
    variables_.push_back(std::move(bound));
    design_.variables.push_back(std::move(variable));
  }
  design_.width = design_.numbers;
}

void ModelRows::find_levels(const Model& model, const policies::Codebook& codebook,
                            const Cancelled& cancelled) {
  level_of_.resize(variables_.size());
  std::size_t parameters = design_.numbers;
  for (std::size_t i = 0; i < design_.variables.size(); ++i) {
    DesignVariable& variable = design_.variables[i];
    if (!variable.categorical) continue;
    Tabulation by = table_->tabulation;
    by.dimensions = {{variable.name, variable.name}};
    by.grouping_sets = {1};
    by.having_minimum.reset();
    by.columns = {Column{"rows", statistic_of(model), std::nullopt, false}};
    const Table counted = tabulate(by, *source_, codebook, cancelled, 0, Detail::results);
    variable.first = design_.width;
    for (const Cell& cell : counted.cells) {
      if (cell.columns[0].evidence.rows == 0) continue;
      const auto& code = counted.domains[0].codes[static_cast<std::size_t>(cell.key[0])];
      if (!code) continue;
      level_of_[i].emplace(*code, static_cast<std::uint32_t>(design_.width++));
      variable.levels.push_back(*code);
    }
    parameters += std::max<std::size_t>(variable.levels.size(), 1) - 1;
  }
  // The response is no parameter, the intercept is: the columns are one more where it is a number.
  if (parameters - (design_.variables[0].categorical ? 0 : 1) > max_parameters) {
    throw DisclosureError(
        Fault::too_many_cells,
        "the model has more than 100 parameters: its classes have too many codes");
  }
}

// Any number near the mean will do: what is computed with should be small beside its spread.
void ModelRows::find_centres(const Cancelled& cancelled) {
  Reader reader(*this);
  const ModelBlock* block = nullptr;
  for (std::size_t i = 0; i < segments_.size() && block == nullptr; ++i) {
    block = reader.read_first(segments_[i], cancelled);
  }
  if (block == nullptr) return;
  for (DesignVariable& variable : design_.variables) {
    if (variable.categorical) continue;
    variable.centre = block->numbers.col(static_cast<Eigen::Index>(variable.first)).mean();
  }
}

ModelRows::Reader::Reader(const ModelRows& rows)
    : rows_(&rows),
      columns_(rows.columns_),
      index_(rows.dimensions_),
      values_(rows.dimensions_.size()),
      codes_(rows.variables_.size()),
      levels_(rows.variables_.size()),
      members_(rows.dimensions_.size()) {}

void ModelRows::Reader::read(std::size_t segment, const Cancelled& cancelled,
                             const std::function<void(const ModelBlock&)>& act) {
  const std::uint32_t rows = rows_->source_->rows(segment);
  for (std::uint32_t first = 0; first < rows; first += block_rows) {
    if (fill_block_at(segment, first, cancelled)) act(block_);
  }
}

const ModelBlock* ModelRows::Reader::read_first(std::size_t segment, const Cancelled& cancelled) {
  const std::uint32_t rows = rows_->source_->rows(segment);
  for (std::uint32_t first = 0; first < rows; first += block_rows) {
    if (fill_block_at(segment, first, cancelled)) return &block_;
  }
  return nullptr;
}

bool ModelRows::Reader::fill_block_at(std::size_t segment, std::uint32_t first,
                                      const Cancelled& cancelled) {
  if (cancelled && first % rows_between_questions == 0 && cancelled()) {
    throw DisclosureError(Fault::cancelled, "cancelled");
  }
  columns_.move_to(segment, first, std::min(block_rows, rows_->source_->rows(segment) - first));
  return fill_block();
}

void ModelRows::Reader::choose_rows() {
  const std::uint32_t rows = columns_.rows();
  complete_.assign(rows, 1);
  if (!rows_->where_->is_always()) {
    rows_->where_->evaluate(columns_, holds_);
    for (std::uint32_t row = 0; row < rows; ++row) complete_[row] = holds_[row] == Truth::yes;
  }
  const auto need = [&](std::size_t column) {
    const Segment& values = columns_.get(column);
    if (values.kind != ColumnKind::codes && values.present.empty()) return;
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (is_null(values, row)) complete_[row] = 0;
    }
  };
  for (const Bound& variable : rows_->variables_) need(variable.column);
  if (rows_->cluster_) need(rows_->cluster_column_);
  chosen_.rows.resize(rows);
  chosen_.count = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    chosen_.rows[chosen_.count] = row;
    chosen_.count += complete_[row];
  }
  chosen_.all = chosen_.count == rows;
}

bool ModelRows::Reader::fill_block() {
  choose_rows();
  if (chosen_.count == 0) return false;
  const Design& design = rows_->design_;
  block_.rows = chosen_.count;
  block_.numbers.resize(chosen_.count, static_cast<Eigen::Index>(design.numbers));
  block_.numbers.col(0).setOnes();
  std::size_t classes = 0;
  for (std::size_t i = 0; i < design.variables.size(); ++i) {
    if (!design.variables[i].categorical) {
      fill_number(i);
      continue;
    }
    if (block_.levels.size() == classes) block_.levels.emplace_back();
    fill_levels(i, block_.levels[classes++]);
  }
  fill_cells();
  if (rows_->cluster_) {
    const std::uint32_t* clusters = rows_->cluster_->codes(columns_, clusters_, room_);
    block_.clusters.resize(chosen_.count);
    for (std::uint32_t i = 0; i < chosen_.count; ++i) {
      block_.clusters[i] = clusters[chosen_.row(i)];
    }
  }
  return true;
}

void ModelRows::Reader::fill_number(std::size_t variable) {
  const Bound& bound = rows_->variables_[variable];
  const DesignVariable& wanted = rows_->design_.variables[variable];
  const Segment& values = columns_.get(bound.column);
  const auto width = static_cast<std::ptrdiff_t>(rows_->design_.numbers);
  double* to = block_.numbers.data() + wanted.first;
  if (bound.kind == ColumnKind::real) {
    for (std::uint32_t i = 0; i < chosen_.count; ++i, to += width) {
      *to = values.real[chosen_.row(i)] - wanted.centre;
    }
    return;
  }
  for (std::uint32_t i = 0; i < chosen_.count; ++i, to += width) {
    *to = static_cast<double>(values.scaled[chosen_.row(i)]) / bound.unit - wanted.centre;
  }
}

std::uint32_t ModelRows::Reader::level(std::size_t variable, std::uint32_t member) {
  auto& known = levels_[variable];
  if (member >= known.size()) known.resize(member + 1, 0);
  if (known[member] == 0) {
    const auto text = rows_->variables_[variable].codes->text(member, codes_[variable]);
    const auto& levels = rows_->level_of_[variable];
    const auto at = text ? levels.find(*text) : levels.end();
    known[member] = at == levels.end() ? 1 : at->second + 1;
  }
  return known[member] - 1;
}

void ModelRows::Reader::fill_levels(std::size_t variable, std::vector<std::uint32_t>& out) {
  std::vector<std::uint32_t>& members = room_;
  rows_->variables_[variable].codes->code(columns_, codes_[variable], members);
  out.resize(chosen_.count);
  for (std::uint32_t i = 0; i < chosen_.count; ++i) {
    out[i] = level(variable, members[chosen_.row(i)]);
  }
}

void ModelRows::Reader::fill_cells() {
  const std::size_t sets = rows_->sets();
  block_.cells.assign(sets * chosen_.count, 0);
  for (std::size_t d = 0; d < members_.size(); ++d) {
    rows_->dimensions_[d].code(columns_, values_[d], members_[d]);
  }
  index_.number(members_, chosen_, groups_);
  for (std::size_t group = cells_of_group_.size() / sets; group < index_.size(); ++group) {
    std::vector<Member> key;
    for (std::size_t d = 0; d < members_.size(); ++d) {
      const auto text = rows_->dimensions_[d].text(index_.members(group)[d], values_[d]);
      const auto at = rows_->members_[d].find(text);
      key.push_back(at == rows_->members_[d].end() ? total : at->second);
    }
    for (std::size_t set = 0; set < sets; ++set) {
      auto kept = key;
      for (std::size_t d = 0; d < kept.size(); ++d) {
        if (((rows_->table_->tabulation.grouping_sets[set] >> d) & 1U) == 0) kept[d] = total;
      }
      const auto at = rows_->cell_of_[set].find(kept);
      cells_of_group_.push_back(at == rows_->cell_of_[set].end() ? no_cell : at->second);
    }
  }
  for (std::size_t set = 0; set < sets; ++set) {
    std::uint32_t* to = block_.cells.data() + set * chosen_.count;
    for (std::uint32_t i = 0; i < chosen_.count; ++i) {
      to[i] = cells_of_group_[groups_[i] * sets + set];
    }
  }
}

}  // namespace sceau::disclosure
