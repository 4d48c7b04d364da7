#include "tests/sql/world.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "enclave/sql/numeric.h"
#include "enclave/sql/values.h"
#include "enclave/store/filtered.h"

namespace sceau::enclave::sql::test {
namespace {

policies::Variable variable(std::string name, policies::Type type, policies::Role role,
                            std::vector<std::string> values = {}) {
  policies::Variable made;
  made.name = std::move(name);
  made.type = type;
  made.role = role;
  made.label.en = "The " + made.name;
  for (auto& value : values) made.values.push_back({value, {"libellé " + value, "label " + value}});
  return made;
}

/// Columns of `rows` rows; one value in ten is NULL, but for unit and academy.
disclosure::MemoryVintage vintage(const std::string& name, std::size_t rows, std::mt19937& random) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const auto maybe = [&](std::string text) {
    return pick(10) == 0 ? std::nullopt : std::optional(std::move(text));
  };
  disclosure::MemoryVintage made{name, {}};
  for (const auto& variable : codebook()->variables) {
    if (variable.role != policies::Role::hidden) made.columns.push_back({variable.name, {}});
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const int academy = pick(3), department = academy * 2 + pick(2);
    std::size_t column = 0;
    const auto add = [&](std::optional<std::string> value) {
      made.columns[column++].values.push_back(std::move(value));
    };
    const std::string departments[] = {"01", "02", "2A", "2B", "75", "92"};
    const std::string names[] = {"Éva", "Zoé", "adam", "Adam", "d'Arc", "100%", "a_b", ""};
    add(academy == 0 ? "LYON" : (academy == 1 ? "CORSE" : "PARIS"));
    add(departments[department]);
    add(maybe(pick(2) ? "F" : "M"));
    add(maybe(pick(3) == 0 ? "2nde" : (pick(2) ? "1re" : "terminale")));
    add("UAI" + std::to_string(pick(7)));
    add("INE" + name + std::to_string(i / 2));
    add(std::to_string(2019 + pick(3)));
    add(maybe(std::to_string(pick(9) + 12 - (pick(20) == 0 ? 40 : 0))));
    add(maybe(std::to_string(pick(21)) + (pick(2) ? ".5" : ".25")));
    add(maybe(std::to_string(pick(1000)) + ".125"));
    add(maybe("200" + std::to_string(pick(9)) + "-0" + std::to_string(pick(9) + 1) + "-1" +
              std::to_string(pick(9))));
    add(maybe(names[pick(8)]));
  }
  return made;
}

bool same_number(const std::string& a, const std::string& b, bool doubles) {
  const auto x = Numeric::parse(a), y = Numeric::parse(b);
  if (!x || !y) return false;
  if (compare(*x, *y) == 0) return true;
  constexpr double last_digits = 1e-12;
  const double larger = std::max({1.0, std::abs(x->real()), std::abs(y->real())});
  return doubles && std::abs(x->real() - y->real()) <= last_digits * larger;
}

}  // namespace

std::shared_ptr<const policies::Codebook> codebook() {
  using policies::Role;
  using policies::Type;
  static const auto made = [] {
    auto book = std::make_shared<policies::Codebook>();
    book->name = "eleves";
    book->title = {"Élèves", "Pupils"};
    book->population = "eleves";
    book->unit = "ine";
    book->contributors = {"uai"};
    book->weight = "poids";
    auto& variables = book->variables;
    variables.push_back(
        variable("academie", Type::category, Role::classification, {"CORSE", "LYON", "PARIS"}));
    variables.push_back(variable("departement", Type::category, Role::classification));
    variables.back().parent = "academie";
    variables.push_back(variable("sexe", Type::category, Role::classification, {"F", "M"}));
    variables.push_back(variable("niveau", Type::category, Role::classification));
    variables.push_back(variable("uai", Type::category, Role::classification));
    variables.push_back(variable("ine", Type::text, Role::identifier));
    variables.push_back(variable("annee", Type::integer, Role::classification));
    variables.push_back(variable("age", Type::integer, Role::measure));
    variables.push_back(variable("note", Type::decimal, Role::measure));
    variables.back().decimals = 2;
    variables.push_back(variable("poids", Type::decimal, Role::measure));
    variables.back().decimals = 1;
    variables.push_back(variable("naissance", Type::date, Role::classification));
    variables.push_back(variable("prenom", Type::text, Role::classification));
    variables.push_back(variable("cache", Type::integer, Role::hidden));
    return book;
  }();
  return made;
}

World::World(std::size_t rows, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<disclosure::MemoryVintage> vintages;
  vintages.push_back(vintage("2023", rows / 2, random));
  vintages.push_back(vintage("2024", rows - rows / 2, random));
  source_ = disclosure::memory_source(*codebook(), std::move(vintages), 16);
  open();
}

World::World(std::size_t rows, unsigned seed, const Seen& seen) {
  std::mt19937 random(seed);
  std::vector<disclosure::MemoryVintage> vintages;
  vintages.push_back(vintage("2023", rows / 2, random));
  vintages.push_back(vintage("2024", rows - rows / 2, random));
  if (seen.filtered) {
    behind_ = disclosure::memory_source(*codebook(), std::move(vintages), 16);
    source_ = std::make_unique<FilteredSource>(*behind_, *behind_, seen.condition);
    open();
    return;
  }
  for (auto& vintage : vintages) {
    auto& columns = vintage.columns;
    for (std::size_t row = columns[0].values.size(); row-- > 0;) {
      std::vector<std::optional<std::string>> values;
      for (const auto& column : columns) values.push_back(column.values[row]);
      values.emplace_back(vintage.name);
      if (seen.holds(values)) continue;
      for (auto& column : columns) {
        column.values.erase(column.values.begin() + static_cast<std::ptrdiff_t>(row));
      }
    }
  }
  source_ = disclosure::memory_source(*codebook(), std::move(vintages), 16);
  open();
}

void World::open() {
  catalog_.relations.push_back(make_relation(*source_, codebook()));
  catalog_.session = {"alice", "bac2024", "en"};
  catalog_.system_rows = [](std::string_view name) -> std::vector<Row> {
    if (name != "last_request") return {};
    return {{"R-2026-000001", "in_review", "review", "2", "3"}};
  };
  exploration_ = std::make_unique<Exploration>(
      catalog_, std::vector<const disclosure::Source*>{source_.get()}, Limits{});
}

Statement World::prepare(std::string_view text) const {
  return sql::prepare(text, catalog_, {}).at(0);
}

Plan World::plan(std::string_view text, std::vector<std::optional<std::string>> values) const {
  return plan_select(prepare(text), catalog_, values);
}

std::vector<Row> World::explore(const Plan& plan) const {
  if (plan.fixed) return *plan.fixed;
  if (plan.not_explorable) throw *plan.not_explorable;
  auto cursor = exploration_->run(*plan.explore, {});
  std::vector<Row> rows;
  for (Row row; cursor.next(row);) rows.push_back(row);
  return rows;
}

std::vector<Row> World::tabulate(const Plan& plan, disclosure::Detail detail) const {
  const auto table =
      disclosure::tabulate(plan.tabulation->tabulation, *source_, *codebook(), {}, 0, detail);
  return format_rows(table, *plan.tabulation);
}

std::string shown(const std::vector<Row>& rows) {
  std::string text;
  for (const auto& row : rows) {
    if (!text.empty() || &row != rows.data()) text += "\n";
    for (std::size_t i = 0; i < row.size(); ++i) text += (i ? "|" : "") + row[i].value_or("");
  }
  return text;
}

bool same_rows(const std::vector<Row>& a, const std::vector<Row>& b, bool doubles) {
  const auto same_value = [&](const auto& x, const auto& y) {
    return x == y || (x && y && same_number(*x, *y, doubles));
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Row& x, const Row& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same_value);
  });
}

std::string World::rows(std::string_view text) const {
  const auto statements = sql::prepare(text, catalog_, {});
  return shown(explore(plan_select(statements.at(0), catalog_, {})));
}

std::string World::refusal(std::string_view text) const {
  try {
    for (const auto& statement : sql::prepare(text, catalog_, {})) {
      if (statement.query) static_cast<void>(explore(plan_select(statement, catalog_, {})));
    }
  } catch (const SqlError& error) {
    return error.sqlstate();
  }
  return {};
}

std::string World::csv() const {
  std::string text;
  for (const auto& row : explore(plan("SELECT * FROM eleves"))) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += i ? "," : "";
      if (row[i]) text += "\"" + *row[i] + "\"";
    }
    text += "\n";
  }
  return text;
}

}  // namespace sceau::enclave::sql::test
