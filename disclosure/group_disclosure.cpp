#include "disclosure/group_disclosure.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "disclosure/plan.h"
#include "disclosure/statistic_class.h"

namespace sceau::disclosure {
namespace {

using policies::Rule;
using policies::Variable;

class Groups {
 public:
  Groups(const Table& table, const Source& source, const policies::Codebook& codebook,
         const policies::Policy& policy, const Cancelled& cancelled)
      : table_(&table),
        source_(&source),
        codebook_(&codebook),
        cancelled_(&cancelled),
        share_(policy.group_disclosure.share) {}

  std::vector<Placed> look() {
    const Tabulation& tabulation = table_->tabulation;
    for (std::size_t d = 0; d < tabulation.dimensions.size(); ++d) {
      const auto names = variables_of(tabulation.dimensions[d]);
      for (const std::string& name : sensitive_of(names)) distribution(d, name);
    }
    for (std::size_t c = 0; c < tabulation.columns.size(); ++c) {
      if (!tabulation.columns[c].model) column(c);  // else by what it implies: model_rules
    }
    for (const std::string& name : sensitive_of(variables_of(tabulation.where))) selection(name);
    return std::move(found_);
  }

 private:
  using Key = std::pair<std::uint32_t, std::vector<Member>>;

  // ---- which variables are sensitive

  [[nodiscard]] const Variable* sensitive(const std::string& name) const {
    const Variable* variable = codebook_->find(name);
    return variable != nullptr && variable->sensitive ? variable : nullptr;
  }

  [[nodiscard]] std::vector<std::string> sensitive_of(const std::set<std::string>& names) const {
    return disclosure::sensitive_of(names, *codebook_);
  }

  // ---- findings, each said once

  void add(std::size_t cell, const std::string& statistic, std::optional<Breach> breach) {
    if (!breach || table_->cells[cell].suppressed) return;
    if (!said_.insert({cell, breach->message.id + " " + breach->message.args.at(0), statistic})
             .second) {
      return;
    }
    Finding finding;
    finding.rule = breach->rule;
    finding.verdict = breach->verdict;
    finding.cell = coordinates(*table_, table_->cells[cell]);
    finding.statistic = statistic;
    finding.measured = breach->measured;
    finding.limit = breach->limit;
    finding.message = std::move(breach->message);
    found_.push_back({cell + 1, std::move(finding)});
  }

  // ---- a dimension: how its categories share each combination of the others

  void distribution(std::size_t d, const std::string& name) {
    std::map<Key, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < table_->cells.size(); ++i) {
      const Cell& cell = table_->cells[i];
      if (cell.key[d] == total) continue;
      Key rest{cell.grouping_set, cell.key};
      rest.second[d] = total;
      groups[std::move(rest)].push_back(i);
    }
    const auto of_all = [](const Cell& cell) { return cell.units; };
    for (const auto& [rest, cells] : groups) shares(d, name, cells, "", of_all);
    for (std::size_t c = 0; c < table_->tabulation.columns.size(); ++c) {
      const auto of_column = [c](const Cell& cell) { return cell.columns[c].evidence.units; };
      const std::string statistic = describe(table_->tabulation.columns[c]);
      for (const auto& [rest, cells] : groups) {
        const bool same = std::all_of(cells.begin(), cells.end(), [&](std::size_t i) {
          return of_column(table_->cells[i]) == of_all(table_->cells[i]);
        });
        if (!same) shares(d, name, cells, statistic, of_column);
      }
    }
  }

  template <typename Units>
  void shares(std::size_t d, const std::string& name, const std::vector<std::size_t>& cells,
              const std::string& statistic, const Units& units) {
    std::int64_t known = 0;
    for (const std::size_t i : cells) {
      if (is_known(d, table_->cells[i])) known += units(table_->cells[i]);
    }
    for (const std::size_t i : cells) {
      const Cell& cell = table_->cells[i];
      if (is_known(d, cell)) {
        add(i, statistic, group_disclosure(name, units(cell), known, share_));
      }
    }
  }

  [[nodiscard]] bool is_known(std::size_t d, const Cell& cell) const {
    return table_->domains[d].codes[static_cast<std::size_t>(cell.key[d])].has_value();
  }

  // ---- a column

  void column(std::size_t c) {
    const Column& column = table_->tabulation.columns[c];
    const std::string name = describe(column);
    const auto numerator = [c](const Cell& cell) { return &cell.columns[c].evidence; };
    const auto ones = [c](const Cell& cell) {
      return cell.columns[c].holding ? &*cell.columns[c].holding : nullptr;
    };
    look_at(column.statistic, name, numerator, ones);
    if (!column.denominator) return;
    const auto denominator = [c](const Cell& cell) { return &*cell.columns[c].denominator; };
    const auto its_ones = [c](const Cell& cell) {
      const auto& held = cell.columns[c].denominator_holding;
      return held ? &*held : nullptr;
    };
    look_at(*column.denominator, name, denominator, its_ones);
    for (const std::string& variable : sensitive_of(variables_of(column.statistic.filter))) {
      for (std::size_t i = 0; i < table_->cells.size(); ++i) {  // a share of some of the cell
        both_sides(i, name, variable, numerator(table_->cells[i])->units,
                   denominator(table_->cells[i])->units);
      }
    }
  }

  template <typename Of, typename Ones>
  void look_at(const Statistic& statistic, const std::string& name, const Of& evidence_of,
               const Ones& ones_of) {
    const auto* variable = std::get_if<std::string>(&statistic.operand);
    const auto* indicator = std::get_if<Condition>(&statistic.operand);
    const auto filtered = sensitive_of(variables_of(statistic.filter));
    const auto indicated =
        indicator != nullptr ? sensitive_of(variables_of(*indicator)) : std::vector<std::string>{};
    const Variable* measure = variable != nullptr ? sensitive(*variable) : nullptr;
    const StatisticClass kind = class_of(statistic.function);
    for (std::size_t i = 0; i < table_->cells.size(); ++i) {
      const Cell& cell = table_->cells[i];
      const Evidence& evidence = *evidence_of(cell);
      const Evidence* ones = ones_of(cell);
      for (const std::string& one : filtered) both_sides(i, name, one, evidence.units, cell.units);
      if (ones != nullptr) {
        for (const std::string& one : indicated) zero_or_one(i, name, one, *ones, evidence);
        if (measure != nullptr) zero_or_one(i, name, *variable, *ones, evidence);
      } else if (measure != nullptr && kind == StatisticClass::linear && measure->min &&
                 measure->max && policies::compare(*measure->min, *measure->max) < 0) {
        add(i, name,
            mean_at_bound(*variable, evidence.sum, evidence.rows, *measure->min, *measure->max,
                          share_));
      }
      if (kind == StatisticClass::mode) mode(i, name, evidence);
    }
  }

  // `held` of `all` fulfil a condition on a sensitive variable.
  void both_sides(std::size_t cell, const std::string& statistic, const std::string& variable,
                  std::int64_t held, std::int64_t all) {
    add(cell, statistic, group_disclosure(variable, held, all, share_));
    if (!is_binary(*codebook_->find(variable))) return;
    add(cell, statistic, group_disclosure(variable, all - held, all, share_));
  }

  // By units, and by rows, where a unit with several can have both values.
  void zero_or_one(std::size_t cell, const std::string& statistic, const std::string& variable,
                   const Evidence& ones, const Evidence& all) {
    both_sides(cell, statistic, variable, ones.units, all.units);
    both_sides(cell, statistic, variable, ones.rows, all.rows);
  }

  void mode(std::size_t cell, const std::string& statistic, const Evidence& evidence) {
    if (evidence.rows == 0) return;
    if (evidence.mode_units < 0) {
      add(cell, statistic,
          Breach{Rule::group_disclosure,
                 Verdict::review,
                 std::nullopt,
                 std::nullopt,
                 {"group_disclosure.not_known", {statistic}}});
      return;
    }
    add(cell, statistic, group_disclosure(statistic, evidence.mode_units, evidence.units, share_));
  }

  // ---- WHERE: which part of each cell's units it leaves

  void selection(const std::string& name) {
    Tabulation wider = table_->tabulation;
    wider.columns.resize(0);
    wider.columns.push_back({"count(*)", Statistic{}, std::nullopt, false});
    wider.having_minimum.reset();
    wider.hidden.clear();
    wider.rounded_to = 0;
    wider.where = without(wider.where, name);
    const Table all = tabulate(wider, *source_, *codebook_, *cancelled_);
    std::map<std::pair<std::uint32_t, std::string>, std::int64_t> units;
    for (const Cell& cell : all.cells) {
      units[{cell.grouping_set, key_of(coordinates(all, cell))}] = cell.units;
    }
    for (std::size_t i = 0; i < table_->cells.size(); ++i) {
      const Cell& cell = table_->cells[i];
      const auto at = units.find({cell.grouping_set, key_of(coordinates(*table_, cell))});
      if (at == units.end() || cell.units == 0) continue;
      add(i, "", group_disclosure(name, cell.units, at->second, share_));
    }
  }

  // The condition less what names the variable, as far as it is joined by AND.
  static Condition without(const Condition& condition, const std::string& name) {
    if (condition.kind == Condition::Kind::all_of) {
      Condition rest = condition;
      rest.parts.clear();
      for (const Condition& part : condition.parts) rest.parts.push_back(without(part, name));
      return rest;
    }
    return variables_of(condition).contains(name) ? Condition{} : condition;
  }

  const Table* table_;
  const Source* source_;
  const policies::Codebook* codebook_;
  const Cancelled* cancelled_;
  policies::Decimal share_;
  std::set<std::tuple<std::size_t, std::string, std::string>> said_;
  std::vector<Placed> found_;
};

}  // namespace

std::vector<Placed> judge_groups(const Table& table, const Source& source,
                                 const policies::Codebook& codebook, const policies::Policy& policy,
                                 const Cancelled& cancelled) {
  if (!policy.enforces(Rule::group_disclosure)) return {};
  return Groups(table, source, codebook, policy, cancelled).look();
}

}  // namespace sceau::disclosure
