#include <nlohmann/json.hpp>

#include "disclosure/model_text.h"
#include "enclave/server/examiner.h"

namespace sceau::enclave {
namespace {

using nlohmann::ordered_json;
using Coordinates = std::vector<disclosure::Coordinate>;

constexpr std::string_view margin = "Total";
constexpr int evidence_digits = 6;  // sums and extremes of doubles; exact numbers keep their own

ordered_json number(const disclosure::Number& value) {
  if (value.kind == disclosure::Number::Kind::null) return nullptr;
  const bool whole = value.kind == disclosure::Number::Kind::exact;
  return disclosure::to_string(value, whole ? value.scale : evidence_digits);
}

ordered_json number(const std::optional<disclosure::Number>& value) {
  return value ? number(*value) : ordered_json(nullptr);
}

ordered_json evidence(const disclosure::Evidence& evidence) {
  ordered_json json = {{"rows", evidence.rows},
                       {"units", evidence.units},
                       {"sum", number(evidence.sum)},
                       {"absolute_sum", number(evidence.absolute_sum)},
                       {"negatives", evidence.negatives},
                       {"minimum", number(evidence.minimum)},
                       {"minimum_units", evidence.minimum_units},
                       {"maximum", number(evidence.maximum)},
                       {"maximum_units", evidence.maximum_units},
                       {"distinct_values", evidence.distinct_values}};
  auto contributions = ordered_json::array();
  for (const auto& kind : evidence.contributions) {
    auto largest = ordered_json::array();
    for (const auto& value : kind.largest) largest.push_back(number(value));
    contributions.push_back(
        {{"kind", kind.kind}, {"distinct", kind.distinct}, {"largest", std::move(largest)}});
  }
  json["contributions"] = std::move(contributions);
  return json;
}

Coordinates coordinates(const disclosure::Table& table, const disclosure::Cell& cell) {
  Coordinates where;
  for (std::size_t i = 0; i < table.domains.size(); ++i) {
    const auto member = cell.key[i];
    disclosure::Coordinate coordinate;
    coordinate.dimension = table.domains[i].name;
    coordinate.is_total = member == disclosure::total;
    if (!coordinate.is_total) {
      coordinate.code = table.domains[i].codes[static_cast<std::size_t>(member)];
    }
    where.push_back(std::move(coordinate));
  }
  return where;
}

ordered_json named(const Coordinates& where) {
  auto json = ordered_json::object();
  for (const auto& coordinate : where) {
    if (coordinate.is_total) {
      json[coordinate.dimension] = margin;
    } else if (coordinate.code) {
      json[coordinate.dimension] = *coordinate.code;
    } else {
      json[coordinate.dimension] = nullptr;
    }
  }
  return json;
}

/// Findings by the cell that they are on.
using Flags = std::map<std::string, ordered_json>;

Flags flags_of(const disclosure::Judgement& judgement) {
  Flags flags;
  for (const auto& finding : judgement.findings) {
    if (finding.cell.empty()) continue;
    auto& list = flags.try_emplace(named(finding.cell).dump(), ordered_json::array()).first->second;
    list.push_back({{"rule", policies::to_string(finding.rule)},
                    {"verdict", disclosure::to_string(finding.verdict)},
                    {"statistic", finding.statistic}});
    if (!finding.waived.empty()) list.back()["waived"] = finding.waived;
  }
  return flags;
}

ordered_json cell_json(const disclosure::Table& table, const disclosure::Cell& cell,
                       const std::vector<int>& decimals, const Flags& flags) {
  auto where = named(coordinates(table, cell));
  const auto flagged = flags.find(where.dump());
  auto values = ordered_json::array();
  auto proofs = ordered_json::array();
  for (std::size_t i = 0; i < cell.columns.size(); ++i) {
    const auto& column = cell.columns[i];
    const auto text = column.model ? disclosure::model_json(*column.model)
                                   : disclosure::to_string(column.value, decimals[i]);
    values.push_back(text.empty() ? ordered_json(nullptr) : ordered_json(text));
    auto proof = evidence(column.evidence);
    if (column.denominator) proof["denominator"] = evidence(*column.denominator);
    proofs.push_back(std::move(proof));
  }
  return {{"cell", std::move(where)},
          {"rows", cell.rows},
          {"units", cell.units},
          {"suppressed", cell.suppressed},
          {"values", std::move(values)},
          {"evidence", std::move(proofs)},
          {"flags", flagged == flags.end() ? ordered_json::array() : flagged->second}};
}

}  // namespace

std::string table_json(const disclosure::Table& table, const disclosure::Judgement& judgement,
                       const policies::Codebook& codebook) {
  const auto& tabulation = table.tabulation;
  auto columns = ordered_json::array();
  std::vector<int> decimals;
  for (const auto& column : tabulation.columns) {
    columns.push_back({{"name", column.name}, {"statistic", disclosure::describe(column)}});
    decimals.push_back(disclosure::released_decimals(column, codebook));
  }
  const ordered_json head = {{"format", 1},
                             {"dataset", tabulation.dataset},
                             {"vintages", tabulation.vintages},
                             {"columns", std::move(columns)}};
  // Cells are written one by one: a million of them as one tree would need gigabytes.
  auto json = head.dump();
  json.pop_back();
  json += ",\"cells\":[";
  const auto flags = flags_of(judgement);
  bool first = true;
  for (const auto& cell : table.cells) {
    if (!std::exchange(first, false)) json += ',';
    json += cell_json(table, cell, decimals, flags).dump();
  }
  return json += "]}";
}

}  // namespace sceau::enclave
