// How long the gate takes to compare a new table with a thousand earlier ones, by how many atoms
// there are.
//
//   bench_history [--tables N] [--atoms N]… [--least N]… [--seed N]
//       default: 1000 tables; 2000 10000 50000 atoms; of at least 12, and of at least 1 pupil
//
// The world: eight classifications; as many combinations as atoms, of 12 (or 1) to 40 pupils each.
// A table takes one to three of them, half of the tables under a condition on another one, and each
// hides cells of fewer than ten pupils. With 12 no atom is small, and level 3 has nothing to ask;
// with 1 it has. Nothing is kept from one question to the next: the time is that of the whole
// question, profiles and all.
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

#include "disclosure/history.h"
#include "disclosure/memory_source.h"
#include "disclosure/table.h"

namespace {

using namespace sceau;
using namespace sceau::disclosure;

constexpr std::size_t variables = 8;
constexpr int questions = 10;  // new tables, of which the slowest is told
constexpr int sizes[variables] = {2, 3, 4, 5, 6, 10, 15, 30};

struct World {
  policies::Codebook book;
  std::unique_ptr<Source> rows;
};

World world(std::size_t atoms, std::size_t least, std::mt19937_64& random) {
  World made;
  made.book.unit = "row";
  std::vector<MemoryColumn> columns;
  for (std::size_t v = 0; v < variables; ++v) {
    policies::Variable variable;
    variable.name = "v" + std::to_string(v);
    variable.type = policies::Type::category;
    variable.role = policies::Role::classification;
    made.book.variables.push_back(variable);
    columns.push_back({variable.name, {}});
  }
  std::set<std::vector<int>> chosen;
  while (chosen.size() < atoms) {
    std::vector<int> one;
    for (const int size : sizes)
      one.push_back(static_cast<int>(random() % static_cast<unsigned>(size)));
    if (!chosen.insert(one).second) continue;
    for (std::size_t pupils = least + random() % (41 - least); pupils > 0; --pupils) {
      for (std::size_t v = 0; v < variables; ++v)
        columns[v].values.emplace_back(std::to_string(one[v]));
    }
  }
  made.rows = memory_source(made.book, std::move(columns));
  return made;
}

Tabulation table(std::mt19937_64& random) {
  Tabulation made;
  made.dataset = "pupils";
  made.vintages = {"1"};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5, 6, 7};
  std::shuffle(order.begin(), order.end(), random);
  const std::size_t dimensions = 1 + random() % 3;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::string name = "v" + std::to_string(order[d]);
    made.dimensions.push_back({name, name});
  }
  made.grouping_sets = {(1U << dimensions) - 1};
  Column count;
  count.name = "n";
  made.columns = {count};
  made.having_minimum = 10;
  if (random() % 2 == 0) {
    const std::size_t v = order[dimensions];
    made.where.kind = Condition::Kind::compare;
    made.where.variable = "v" + std::to_string(v);
    made.where.constants = {std::to_string(random() % static_cast<unsigned>(sizes[v]))};
  }
  return made;
}

void measure(std::size_t atoms, std::size_t least, std::size_t tables, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const World here = world(atoms, least, random);
  Question question;
  for (std::size_t i = 0; i < tables; ++i) {
    question.history.push_back({"R-" + std::to_string(i), 1, "", false, table(random)});
  }
  policies::Policy policy;
  for (const auto rule : {policies::Rule::dominance, policies::Rule::p_percent,
                          policies::Rule::group_disclosure, policies::Rule::contributors}) {
    policy.off.insert(rule);
  }
  double worst_pairs = 0;
  double worst = 0;
  std::map<std::string, std::size_t> ids;
  for (int i = 0; i < questions; ++i) {
    question.tabulation = table(random);
    const Table now = tabulate(question.tabulation, *here.rows, here.book);
    std::vector<Placed> found;
    const auto processor_seconds = [&](HistoryBudget budget) {
      const std::clock_t start = std::clock();
      found = judge_history(now, question, *here.rows, here.book, policy, {}, budget);
      return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    HistoryBudget pairs;
    pairs.multiplications = 0;
    worst_pairs = std::max(worst_pairs, processor_seconds(pairs));
    worst = std::max(worst, processor_seconds({}));
    std::set<std::string> here_found;
    for (const Placed& placed : found) here_found.insert(placed.finding.message.id);
    for (const std::string& id : here_found) ++ids[id];
  }
  std::printf(
      "%7zu atoms of %2zu or more, %6zu tables: pairs %8.3f s, all %8.3f s of a processor; of %d "
      "tables:",
      atoms, least, tables, worst_pairs, worst, questions);
  for (const auto& [id, times] : ids) std::printf(" %s %zu", id.c_str(), times);
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t tables = 1000;
  std::uint64_t seed = 1;
  std::vector<std::size_t> atoms;
  std::vector<std::size_t> least;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const auto value = static_cast<std::size_t>(std::strtoull(argv[i + 1], nullptr, 10));
    if (name == "--tables") tables = value;
    if (name == "--seed") seed = value;
    if (name == "--atoms") atoms.push_back(value);
    if (name == "--least") least.push_back(std::min<std::size_t>(value, 40));
  }
  if (atoms.empty()) atoms = {2000, 10000, 50000};
  if (least.empty()) least = {12, 1};
  for (const std::size_t one : atoms) {
    for (const std::size_t smallest : least) measure(one, smallest, tables, seed);
  }
}
