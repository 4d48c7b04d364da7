// Real tables against results that others computed (pandas, checked in R).
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/disclosure/build.h"
#include "tests/disclosure/csv.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

// Columns of a file under the names of a codebook's variables; some texts are NULL.
std::vector<MemoryColumn> columns_of(const Csv& csv, const std::vector<std::pair<std::string, std::string>>& names,
                                     const std::set<std::string>& missing = {""}) {
  std::vector<MemoryColumn> columns;
  for (const auto& [variable, header] : names) {
    Texts values;
    const std::size_t at = csv.at(header);
    for (const auto& row : csv.rows) {
      values.push_back(missing.contains(row[at]) ? std::nullopt : std::optional(row[at]));
    }
    columns.push_back({variable, std::move(values)});
  }
  return columns;
}

// Expected cells that aren't margins.
std::vector<std::vector<std::string>> inner(const Csv& csv) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : csv.rows) {
    if (row[csv.at("is_margin")] == "0") rows.push_back(row);
  }
  return rows;
}

std::size_t distinct_cells(const Judgement& judgement, Rule rule) {
  const auto cells = found(judgement, rule);
  return std::set(cells.begin(), cells.end()).size();
}

}  // namespace

TEST_CASE("FR1: lycée pupils by académie, série and sexe") {
  const auto file = test_data("fr/derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz");
  if (!file) return;
  const Csv csv = read_csv(*file, ';');
  const auto book = codebook({category("academie"), category("serie"), category("sexe"),
                              category("niveau"), category("uai")}, {"uai"});
  const auto rows = memory_source(book, columns_of(csv, {{"academie", "academie"}, {"serie", "serie"},
                                                         {"sexe", "sexe"}, {"niveau", "niveau"},
                                                         {"uai", "uai"}}));
  Question question;
  question.tabulation = tabulation({"academie", "serie", "sexe"}, {count()},
                                   both(equals("niveau", "terminale"), differs("serie", "g")));
  auto policy = only({Rule::threshold});
  policy.threshold.zeros = policies::Zeros::safe;
  const Examination safe = examine(question, *rows, book, policy);
  const Csv expected = read_csv(*test_data("expected/FR1_lycee2021_academie_serie_sexe.csv"));
  const auto cells = inner(expected);
  CHECK(cells.size() == 300);
  CHECK(safe.table.cells.size() == 300);
  for (const auto& row : cells) {
    const std::string sexe = row[expected.at("sexe")] == "filles" ? "F" : "M";
    const Cell& ours = cell(safe.table, {row[0], row[1], sexe});
    CHECK(to_string(ours.columns[0].value, 0) == row[expected.at("n")]);
    const Contributions& schools = ours.columns[0].evidence.contributions[0];
    CHECK(std::to_string(schools.distinct) == row[expected.at("n_contrib")]);
    CHECK((schools.largest.empty() ? "0" : to_string(schools.largest[0], 0)) == row[expected.at("top1")]);
  }
  CHECK(found(safe.judgement, Rule::threshold).size() == 6);
  policy.threshold.zeros = policies::Zeros::disclosive;
  CHECK(found(examine(question, *rows, book, policy).judgement, Rule::threshold).size() == 10);
  policy = only({Rule::contributors});
  CHECK(found(examine(question, *rows, book, policy).judgement, Rule::contributors).size() == 30);
  policy = only({Rule::dominance});
  policy.dominance = {{1, {85, 2}, policies::AtLimit::pass}};
  CHECK(distinct_cells(examine(question, *rows, book, policy).judgement, Rule::dominance) == 11);
  policy.dominance = {{1, {85, 2}, policies::AtLimit::fail}};
  CHECK(distinct_cells(examine(question, *rows, book, policy).judgement, Rule::dominance) == 12);
}

}  // namespace sceau::disclosure
