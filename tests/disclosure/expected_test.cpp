// Real tables against results that others computed (pandas, checked in R). Codes and margins stand
// as in those files: "Total" for a margin, "NA" for a missing answer.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/disclosure/build.h"
#include "tests/disclosure/csv.h"
#include "tests/disclosure/follows.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

using Names = std::vector<std::pair<std::string, std::string>>;  // variable, header in the file
using Key = std::vector<std::string>;

std::vector<MemoryColumn> columns_of(const Csv& csv, const Names& names,
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

std::map<Key, const Cell*> by_key(const Table& table) {
  std::map<Key, const Cell*> cells;
  for (const Cell& one : table.cells) {
    Key key;
    for (std::size_t d = 0; d < one.key.size(); ++d) {
      key.push_back(
          one.key[d] == total
              ? "Total"
              : table.domains[d].codes[static_cast<std::size_t>(one.key[d])].value_or("NA"));
    }
    cells[key] = &one;
  }
  return cells;
}

std::set<Key> found_cells(const Judgement& judgement, Rule rule) {
  std::set<Key> cells;
  for (const Finding& finding : judgement.findings) {
    if (finding.rule != rule) continue;
    Key key;
    for (const Coordinate& at : finding.cell) {
      key.push_back(at.is_total ? "Total" : at.code.value_or("NA"));
    }
    cells.insert(key);
  }
  return cells;
}

// A table of shared/data/expected.
struct Expected {
  Csv csv;
  std::size_t dimensions;

  [[nodiscard]] Key key(const std::vector<std::string>& row) const {
    return {row.begin(), row.begin() + static_cast<std::ptrdiff_t>(dimensions)};
  }
  [[nodiscard]] std::set<Key> flagged(const std::string& column, bool with_margins) const {
    std::set<Key> keys;
    for (const auto& row : csv.rows) {
      const bool margin = row[csv.at("is_margin")] == "1";
      if (row[csv.at(column)] == "1" && (with_margins || !margin)) keys.insert(key(row));
    }
    return keys;
  }
};

// The whole cube: values of column 0, its first contributor kind, the largest one.
void compare_cube(const Expected& expected, const Table& table) {
  const auto cells = by_key(table);
  CHECK(cells.size() == expected.csv.rows.size());
  for (const auto& row : expected.csv.rows) {
    const auto at = cells.find(expected.key(row));
    REQUIRE(at != cells.end());
    const ColumnResult& result = at->second->columns[0];
    const std::string value = to_string(result.value, 0);
    CHECK((value.empty() ? "0" : value) == row[expected.csv.at("n")]);
    const Contributions& kind = result.evidence.contributions[0];
    CHECK(std::to_string(kind.distinct) == row[expected.csv.at("n_contrib")]);
    const double largest = kind.largest.empty() ? 0 : to_double(kind.largest[0]);
    CHECK(largest == doctest::Approx(std::stod(row[expected.csv.at("top1")])));
  }
}

policies::Policy dominance_85(policies::AtLimit at_limit) {
  auto policy = only({Rule::dominance});
  policy.dominance = {{1, {85, 2}, at_limit}};
  return policy;
}

// Findings of single rules, by cell, as flagged in the whole cube.
void compare_rules(const Expected& expected, const Question& question, const Source& rows,
                   const policies::Codebook& book, bool pupils) {
  if (pupils) {
    auto policy = only({Rule::threshold});
    policy.threshold.zeros = policies::Zeros::safe;
    CHECK(found_cells(examine(question, rows, book, policy).judgement, Rule::threshold) ==
          expected.flagged("lt10", true));
    policy.threshold.zeros = policies::Zeros::disclosive;
    auto with_zeros = expected.flagged("lt10", true);
    with_zeros.merge(expected.flagged("zero", true));
    CHECK(found_cells(examine(question, rows, book, policy).judgement, Rule::threshold) ==
          with_zeros);
  }
  CHECK(found_cells(examine(question, rows, book, only({Rule::contributors})).judgement,
                    Rule::contributors) == expected.flagged("contrib_lt3", true));
  const auto policy = dominance_85(policies::AtLimit::pass);
  CHECK(found_cells(examine(question, rows, book, policy).judgement, Rule::dominance) ==
        expected.flagged("dom85", true));
}

// Suppressed cells that the margins give back, as linear programmes found them (Rglpk): where the
// least and the greatest possible count are one.
std::set<Key> given_back(const std::string& name, std::size_t dimensions) {
  const Expected expected{read_csv(*test_data("expected/" + name)), dimensions};
  return expected.flagged("exact", true);
}

std::set<Key> ours_given_back(Tabulation table, const Source& rows,
                              const policies::Codebook& book) {
  table = cube(std::move(table));
  table.having_minimum = 10;
  return follows_from({table}, rows, book, 0).hidden_cells;
}

policies::Variable under(policies::Variable variable, const std::string& parent) {
  variable.parent = parent;
  return variable;
}

// Under the acro policy: counts of rows, of values, the two largest, the rest.
void compare_acro(const Expected& expected, Tabulation tabulation, const Source& rows,
                  const policies::Codebook& book, const std::string& valid) {
  const auto acro = policies::load_policy(std::string(SCEAU_SOURCE_DIR) + "/policies/acro.toml");
  Question question;
  question.tabulation = std::move(tabulation);
  const auto judgement = examine(question, rows, book, acro).judgement;
  std::set<Key> few;
  std::set<Key> dominated;
  std::set<Key> guessed;
  for (const auto& row : expected.csv.rows) {
    const std::string& largest = row[expected.csv.at("top1_share")];
    if (std::stol(row[expected.csv.at(valid)]) < 10) few.insert(expected.key(row));
    if (largest.empty()) continue;  // all give nothing
    const double two = std::stod(row[expected.csv.at("top2_share")]);
    if (two >= 0.90) dominated.insert(expected.key(row));
    if (1 - two < 0.10 * std::stod(largest)) guessed.insert(expected.key(row));
  }
  CHECK(found_cells(judgement, Rule::threshold) == few);
  CHECK(found_cells(judgement, Rule::dominance) == dominated);
  CHECK(found_cells(judgement, Rule::p_percent) == guessed);
}

}  // namespace

TEST_CASE("FR1: lycée pupils by académie, série and sexe") {
  const auto file = test_data("fr/derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz");
  if (!file) return;
  Csv csv = read_csv(*file, ';');
  const std::size_t sexe = csv.at("sexe");
  for (auto& row : csv.rows) row[sexe] = row[sexe] == "F" ? "filles" : "garcons";
  const auto book = codebook({category("academie"), category("serie"), category("sexe"),
                              category("niveau"), category("uai")},
                             {"uai"});
  const auto rows = memory_source(book, columns_of(csv, {{"academie", "academie"},
                                                         {"serie", "serie"},
                                                         {"sexe", "sexe"},
                                                         {"niveau", "niveau"},
                                                         {"uai", "uai"}}));
  const Expected expected{read_csv(*test_data("expected/FR1_lycee2021_academie_serie_sexe.csv")),
                          3};
  Question question;
  question.tabulation = tabulation({"academie", "serie", "sexe"}, {count()},
                                   both(equals("niveau", "terminale"), differs("serie", "g")));
  const auto cells_found = [&](const policies::Policy& policy, Rule rule) {
    return found_cells(examine(question, *rows, book, policy).judgement, rule);
  };
  SUBCASE("inner cells, each rule alone") {
    CHECK(tabulate(question.tabulation, *rows, book).cells.size() == 300);
    auto policy = only({Rule::threshold});
    policy.threshold.zeros = policies::Zeros::safe;
    CHECK(cells_found(policy, Rule::threshold).size() == 6);
    CHECK(cells_found(policy, Rule::threshold) == expected.flagged("lt10", false));
    policy.threshold.zeros = policies::Zeros::disclosive;
    CHECK(cells_found(policy, Rule::threshold).size() == 10);
    CHECK(cells_found(only({Rule::contributors}), Rule::contributors).size() == 30);
    CHECK(cells_found(dominance_85(policies::AtLimit::pass), Rule::dominance).size() == 11);
    CHECK(cells_found(dominance_85(policies::AtLimit::fail), Rule::dominance).size() == 12);
  }
  SUBCASE("the whole cube") {
    question.tabulation = cube(question.tabulation);
    compare_cube(expected, tabulate(question.tabulation, *rows, book));
    compare_rules(expected, question, *rows, book, true);
  }
  SUBCASE("cells below 10 suppressed, with all margins: those that follow all the same") {
    const auto given = given_back("AUDIT_lt10_FR1_lycee2021_academie_serie_sexe.csv", 3);
    CHECK(given.size() == 6);
    CHECK(ours_given_back(question.tabulation, *rows, book) == given);
    question.tabulation = cube(question.tabulation);
    question.tabulation.having_minimum = 10;
    auto policy = only({Rule::threshold, Rule::history});
    const auto judgement = examine(question, *rows, book, policy).judgement;
    CHECK(judgement.verdict == Verdict::fail);
  }
}

TEST_CASE("FR4: candidates of collèges by académie, département and secteur") {
  const auto file = test_data("fr/fr-en-indicateurs-valeur-ajoutee-colleges.csv.gz");
  if (!file) return;
  const Csv csv = read_csv(*file, ';');
  const auto book =
      codebook({category("academie"), under(category("departement"), "academie"),
                category("secteur"), category("session"), category("uai"), integer("candidats")},
               {"uai"});
  const auto rows = memory_source(book, columns_of(csv, {{"academie", "Académie"},
                                                         {"departement", "Code département"},
                                                         {"secteur", "Secteur"},
                                                         {"session", "Session"},
                                                         {"uai", "UAI"},
                                                         {"candidats", "Nb candidats G"}}));
  const Expected expected{
      read_csv(*test_data("expected/FR4_ivac2024_departement_secteur_candG.csv")), 3};
  Question question;
  question.tabulation = tabulation({"academie", "departement", "secteur"}, {sum_of("candidats")},
                                   equals("session", "2024"));
  question.tabulation.grouping_sets = {7, 5, 4, 3, 1, 0};
  compare_cube(expected, tabulate(question.tabulation, *rows, book));
  compare_rules(expected, question, *rows, book, false);
}

TEST_CASE("FR11: pupils and mean social position index of collèges") {
  const auto file = test_data("fr/fr-en-ips-colleges-ap2022.csv.gz");
  if (!file) return;
  const Csv csv = read_csv(*file, ';');
  const auto book =
      codebook({category("academie"), under(category("departement"), "academie"),
                category("secteur"), category("uai"), integer("effectifs"), decimal("ips", 1)},
               {"uai"});
  const auto rows = memory_source(book, columns_of(csv, {{"academie", "academie"},
                                                         {"departement", "departement"},
                                                         {"secteur", "secteur"},
                                                         {"uai", "uai"},
                                                         {"effectifs", "effectifs"},
                                                         {"ips", "ips"}}));
  const Expected expected{
      read_csv(*test_data("expected/FR11_colleges2022_departement_secteur_effectifs.csv")), 3};
  Question question;
  question.tabulation = tabulation({"academie", "departement", "secteur"}, {sum_of("effectifs")});
  question.tabulation.grouping_sets = {7, 5, 4, 3, 1, 0};
  compare_rules(expected, question, *rows, book, false);
  question.tabulation.columns.push_back(column(mean_of("ips")));
  const Table table = tabulate(question.tabulation, *rows, book);
  compare_cube(expected, table);
  const auto cells = by_key(table);
  for (const auto& row : expected.csv.rows) {
    const std::string& mean = row[expected.csv.at("mean_ips")];
    const ColumnResult& ours = cells.at(expected.key(row))->columns[1];
    CHECK(std::to_string(ours.evidence.rows) == row[expected.csv.at("n_valid_mean")]);
    if (mean.empty()) {
      CHECK(ours.value.kind == Number::Kind::null);
    } else {
      CHECK(to_double(ours.value) == doctest::Approx(std::stod(mean)).epsilon(1e-8));
    }
  }
}

TEST_CASE("PI1: PISA pupils by their parents' education") {
  const auto file = test_data("pupil/pisa2003_students_france.csv");
  if (!file) return;
  const Csv csv = read_csv(*file);
  const auto book =
      codebook({category("mother"), category("father"), category("school")}, {"school"});
  const auto rows = memory_source(
      book,
      columns_of(csv,
                 {{"mother", "mother_educ"}, {"father", "father_educ"}, {"school", "school_id"}},
                 {"", "NA"}));
  const Expected expected{read_csv(*test_data("expected/PI1_pisa2003_fra_mother_father.csv")), 2};
  Question question;
  question.tabulation = cube(tabulation({"mother", "father"}, {count()}));
  compare_cube(expected, tabulate(question.tabulation, *rows, book));
  compare_rules(expected, question, *rows, book, true);
  CHECK(ours_given_back(tabulation({"mother", "father"}, {count()}), *rows, book) ==
        given_back("AUDIT_lt10_PI1_pisa2003_fra_mother_father.csv", 2));
}

TEST_CASE("CH1: A-level chemistry by authority and gender") {
  const auto file = test_data("pupil/chem97_alevel.csv.gz");
  if (!file) return;
  const Csv csv = read_csv(*file);
  const auto book = codebook({category("lea"), category("gender"), category("school")}, {"school"});
  const auto rows = memory_source(
      book, columns_of(csv, {{"lea", "lea"}, {"gender", "gender"}, {"school", "school"}}));
  const Expected expected{read_csv(*test_data("expected/CH1_chem97_lea_gender.csv")), 2};
  Question question;
  question.tabulation = cube(tabulation({"lea", "gender"}, {count()}));
  compare_cube(expected, tabulate(question.tabulation, *rows, book));
  compare_rules(expected, question, *rows, book, true);
  CHECK(ours_given_back(tabulation({"lea", "gender"}, {count()}), *rows, book) ==
        given_back("AUDIT_lt10_CH1_chem97_lea_gender.csv", 2));
}

TEST_CASE("ST1: kindergarten pupils by school type, ethnicity and free lunch") {
  const auto file = test_data("pupil/star_tennessee_long.csv.gz");
  if (!file) return;
  const Csv csv = read_csv(*file);
  const auto book = codebook(
      {category("schtype"), category("eth"), category("ses"), category("gr"), category("sch")},
      {"sch"});
  const auto rows = memory_source(
      book,
      columns_of(
          csv,
          {{"schtype", "schtype"}, {"eth", "eth"}, {"ses", "ses"}, {"gr", "gr"}, {"sch", "sch"}},
          {"", "NA"}));
  const Expected expected{read_csv(*test_data("expected/ST1_star_k_schtype_eth_ses.csv")), 3};
  Question question;
  question.tabulation = cube(tabulation({"schtype", "eth", "ses"}, {count()}, equals("gr", "K")));
  compare_cube(expected, tabulate(question.tabulation, *rows, book));
  compare_rules(expected, question, *rows, book, true);
}

TEST_CASE("AC3 and AC4: ACRO's charities by year and grant type, counted and added up") {
  const auto file = test_data("sdc/acro_charities.csv");
  if (!file) return;
  const Csv csv = read_csv(*file);
  const auto book = codebook(
      {category("year"), category("grant_type"), category("charity"), integer("inc_grants")},
      {"charity"});
  const auto rows = memory_source(book, columns_of(csv, {{"year", "year"},
                                                         {"grant_type", "grant_type"},
                                                         {"charity", "charity"},
                                                         {"inc_grants", "inc_grants"}}));
  const Tabulation counts = cube(tabulation({"year", "grant_type"}, {count()}));
  const Expected counted{read_csv(*test_data("expected/AC3_charities_year_granttype.csv")), 2};
  compare_cube(counted, tabulate(counts, *rows, book));
  compare_rules(counted, Question{counts, "", {}, {}}, *rows, book, true);
  compare_acro(counted, counts, *rows, book, "n");
  // ACRO counts a cell's rows; here a sum rests on those of them that have a value.
  const Tabulation sums = cube(tabulation({"year", "grant_type"}, {sum_of("inc_grants")}));
  const Expected added{read_csv(*test_data("expected/AC4_charities_year_granttype_incgrants.csv")),
                       2};
  const Table table = tabulate(sums, *rows, book);
  const auto cells = by_key(table);
  REQUIRE(cells.size() == added.csv.rows.size());
  for (const auto& row : added.csv.rows) {
    const ColumnResult& ours = cells.at(added.key(row))->columns[0];
    CHECK(std::to_string(ours.evidence.rows) == row[added.csv.at("n")]);
    CHECK(to_double(ours.value) == doctest::Approx(std::stod(row[added.csv.at("value")])));
    const Contributions& charities = ours.evidence.contributions[0];
    CHECK(std::to_string(charities.distinct) == row[added.csv.at("n_contrib")]);
    // The file's values are single-precision floats.
    CHECK(to_double(charities.largest.at(0)) ==
          doctest::Approx(std::stod(row[added.csv.at("top1")])).epsilon(1e-6));
  }
  compare_acro(added, sums, *rows, book, "n");
  CHECK(found_cells(
            examine({sums, "", {}, {}}, *rows, book, dominance_85(policies::AtLimit::pass)).judgement,
            Rule::dominance) == added.flagged("dom85", true));
}

TEST_CASE("ACRO's nursery: four cells of recommend by parents are under ten, three of them empty") {
  const auto file = test_data("sdc/acro_nursery.csv");
  if (!file) return;
  const Csv csv = read_csv(*file);
  const auto book = codebook({category("recommend"), category("parents")});
  const auto rows =
      memory_source(book, columns_of(csv, {{"recommend", "recommend"}, {"parents", "parents"}}));
  const auto acro = policies::load_policy(std::string(SCEAU_SOURCE_DIR) + "/policies/acro.toml");
  Question question;
  question.tabulation = tabulation({"recommend", "parents"}, {count()});
  const Examination examination = examine(question, *rows, book, acro);
  const auto cells = by_key(examination.table);
  const auto count_at = [&](const std::string& recommend, const std::string& parents) {
    return cells.at({recommend, parents})->rows;
  };
  CHECK(count_at("not_recom", "usual") == 1440);
  CHECK(count_at("priority", "great_pret") == 858);
  CHECK(count_at("very_recom", "pretentious") == 132);
  CHECK(found_cells(examination.judgement, Rule::threshold) ==
        std::set<Key>{{"recommend", "great_pret"},
                      {"recommend", "pretentious"},
                      {"recommend", "usual"},
                      {"very_recom", "great_pret"}});
}

TEST_CASE("DX1: all pupils, then those whose computer is known: 16 and 21 lie between") {
  const auto file = test_data("pupil/pisa2003_students_france.csv");
  if (!file) return;
  const Csv csv = read_csv(*file);
  const auto book = codebook(
      {category("book"), category("gender"), category("computer"), category("school")}, {"school"});
  const auto rows = memory_source(book, columns_of(csv,
                                                   {{"book", "book"},
                                                    {"gender", "gender"},
                                                    {"computer", "computer"},
                                                    {"school", "school_id"}},
                                                   {"", "NA"}));
  const Csv expected = read_csv(*test_data("expected/DX1_pisa2003_fra_all_vs_knowncomputer.csv"));
  Question question;
  question.tabulation = tabulation({"book", "gender"}, {count()}, negated(is_null("computer")));
  Remembered earlier{"R-2026-000001", 1, "p", false, tabulation({"book", "gender"}, {count()})};
  question.history = {earlier};
  for (const std::int64_t minimum : {10, 16, 17, 21, 22}) {
    std::set<Key> small;
    for (const auto& row : expected.rows) {
      const std::int64_t difference = std::stol(row[expected.at("diff")]);
      if (difference > 0 && difference < minimum) small.insert({row[0], row[1]});
    }
    auto policy = only({Rule::history});
    policy.history.minimum = minimum;
    const auto judgement = examine(question, *rows, book, policy).judgement;
    CHECK(found_cells(judgement, Rule::history) == small);
    CHECK(small.size() == (minimum > 21 ? 2 : minimum > 16 ? 1 : 0));
    for (const Finding& finding : judgement.findings) CHECK(finding.earlier == "R-2026-000001/1");
  }
}

TEST_CASE("DX5: all candidates of the bac, then those from schools: 187 cells give others away") {
  const auto file = test_data("fr/fr-en-baccalaureat-par-academie.csv.gz");
  if (!file) return;
  const Csv csv = read_csv(*file, ';');
  const Names names = {{"academie", "academie"},
                       {"voie", "voie"},
                       {"serie", "serie"},
                       {"sexe", "sexe"},
                       {"statut", "statut_du_candidat"}};
  std::vector<MemoryColumn> columns;
  std::vector<policies::Variable> variables;
  for (const auto& [variable, header] : names) {
    columns.push_back({variable, {}});
    variables.push_back(category(variable));
  }
  const std::size_t session = csv.at("session");
  const std::size_t present = csv.at("nombre_de_presents");
  for (const auto& row : csv.rows) {
    if (row[session] != "2022") continue;
    for (int pupils = std::stoi(row[present]); pupils > 0; --pupils) {
      for (std::size_t i = 0; i < names.size(); ++i) {
        columns[i].values.emplace_back(row[csv.at(names[i].second)]);
      }
    }
  }
  CHECK(columns[0].values.size() == 733104);
  const auto book = codebook(variables);
  const auto rows = memory_source(book, std::move(columns));
  const Csv expected = read_csv(*test_data("expected/DX5_bac2022_all_vs_scolaire.csv"));
  const std::vector<std::string> dimensions = {"academie", "voie", "serie", "sexe"};
  Question question;
  question.tabulation = tabulation(dimensions, {count()}, equals("statut", "SCOLAIRE"));
  question.history = {{"R-2026-000001", 1, "p", false, tabulation(dimensions, {count()})}};
  auto policy = only({Rule::threshold, Rule::history});
  policy.threshold.zeros = policies::Zeros::safe;
  const auto judgement = examine(question, *rows, book, policy).judgement;
  std::set<Key> small;    // a difference of 1..9 with something left
  std::set<Key> attacks;  // … between two cells that pass by themselves
  std::set<Key> passing;
  for (const auto& row : expected.rows) {
    const Key key(row.begin(), row.begin() + 4);
    if (row[expected.at("diff_lt10")] == "1" && row[expected.at("n_B")] != "0") small.insert(key);
    if (row[expected.at("attack_lt10")] == "1") attacks.insert(key);
    if (row[expected.at("A_ok10")] == "1" && row[expected.at("B_ok10")] == "1") passing.insert(key);
  }
  CHECK(attacks.size() == 187);
  const auto cells = found_cells(judgement, Rule::history);
  CHECK(cells == small);
  std::set<Key> ours;
  std::set_intersection(cells.begin(), cells.end(), passing.begin(), passing.end(),
                        std::inserter(ours, ours.end()));
  CHECK(ours == attacks);
}

}  // namespace sceau::disclosure
