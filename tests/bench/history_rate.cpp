// How often the release history refuses, and what of it is level 3's: researchers ask for one
// random table after another of real data, and what passes is remembered.
//
//   bench_history_rate [--tables N] [--seed N]      default: 60 tables of each file
//
// Files of ../shared/data (or $SCEAU_DATA); one that isn't there is skipped, said so. A table takes
// one to three variables, some with all margins, some under a condition, and hides cells of fewer
// than ten rows.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/examine.h"
#include "disclosure/memory_source.h"
#include "tests/disclosure/csv.h"

namespace {

using namespace sceau;
using namespace sceau::disclosure;

struct File {
  const char* name;
  char separator;
  std::vector<const char*> variables;
};

struct World {
  policies::Codebook book;
  std::unique_ptr<Source> rows;
  std::vector<std::vector<std::string>> codes;  // by variable
};

World world_of(const build::Csv& csv, const File& file) {
  World made;
  made.book.unit = "row";
  std::vector<MemoryColumn> columns;
  for (const char* name : file.variables) {
    policies::Variable variable;
    variable.name = name;
    variable.type = policies::Type::category;
    variable.role = policies::Role::classification;
    std::set<std::string> codes;
    MemoryColumn column{name, {}};
    const std::size_t at = csv.at(name);
    for (const auto& row : csv.rows) {
      codes.insert(row[at]);
      column.values.emplace_back(row[at]);
    }
    for (const std::string& code : codes) variable.values.push_back({code, {code, code}});
    made.book.variables.push_back(variable);
    made.codes.emplace_back(codes.begin(), codes.end());
    columns.push_back(std::move(column));
  }
  made.rows = memory_source(made.book, std::move(columns));
  return made;
}

Tabulation table(const World& world, std::mt19937_64& random) {
  Tabulation made;
  made.dataset = "rows";
  made.vintages = {"1"};
  std::vector<std::size_t> order(world.codes.size());
  for (std::size_t v = 0; v < order.size(); ++v) order[v] = v;
  std::shuffle(order.begin(), order.end(), random);
  const std::size_t dimensions = std::min<std::size_t>(1 + random() % 3, order.size() - 1);
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::string name = world.book.variables[order[d]].name;
    made.dimensions.push_back({name, name});
  }
  made.grouping_sets = {(1U << dimensions) - 1};
  if (random() % 3 == 0) {
    for (std::uint32_t set = made.grouping_sets[0]; set > 0;) made.grouping_sets.push_back(--set);
  }
  Column count;
  count.name = "n";
  made.columns = {count};
  made.having_minimum = 10;
  if (random() % 3 == 0) {
    const std::size_t v = order[dimensions];
    made.where.kind = Condition::Kind::compare;
    made.where.variable = world.book.variables[v].name;
    made.where.constants = {world.codes[v][random() % world.codes[v].size()]};
  }
  return made;
}

void measure(const File& file, int tables, std::uint64_t seed) {
  const auto path = build::test_data(file.name);
  if (!path) return;
  const World here = world_of(build::read_csv(*path, file.separator), file);
  policies::Policy policy;
  policy.off = {policies::Rule::dominance, policies::Rule::p_percent,
                policies::Rule::group_disclosure, policies::Rule::contributors};
  std::mt19937_64 random(seed);
  Question question;
  std::map<std::string, int> ids;
  std::map<std::string, int> alone;  // the only reason
  double worst = 0;
  for (int i = 0; i < tables; ++i) {
    question.tabulation = table(here, random);
    const std::clock_t start = std::clock();
    const Judgement judged = examine(question, *here.rows, here.book, policy).judgement;
    worst = std::max(worst, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    std::set<std::string> found;
    for (const Finding& finding : judged.findings) found.insert(finding.message.id);
    for (const std::string& id : found) ++ids[id];
    if (found.size() == 1) ++alone[*found.begin()];
    if (judged.verdict != Verdict::pass) continue;
    ++ids["pass"];
    question.history.push_back({"R-" + std::to_string(i), 1, "", false, question.tabulation});
  }
  std::printf("%s: %d tables, slowest %.3f s of a processor\n", file.name, tables, worst);
  for (const auto& [id, times] : ids) {
    std::printf("  %-36s %4d, %4d of them alone\n", id.c_str(), times, alone[id]);
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int tables = 60;
  std::uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--tables") tables = std::atoi(argv[i + 1]);
    if (name == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  const std::vector<File> files = {
      {"pupil/pisa2003_students_france.csv",
       ',',
       {"mother_educ", "father_educ", "gender", "computer", "internet", "desk", "room",
        "dishwasher", "book"}},
      {"sdc/rtauargus_indiv_dt.csv", ',', {"A10", "A21", "SIZE", "CJ", "NUTS1", "NUTS2", "TYPE"}},
      {"pupil/star_tennessee_wide.csv.gz",
       ',',
       {"gender", "ethnicity", "stark", "star1", "star2", "star3", "lunchk", "schoolk", "degreek"}},
      {"fr/derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz",
       ';',
       {"academie", "departement", "secteur", "niveau", "serie", "sexe"}},
  };
  for (const File& file : files) measure(file, tables, seed);
}
