// What two tables tell of a sensitive variable among those between their cells.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "disclosure/history.h"
#include "tests/disclosure/build.h"

namespace sceau::disclosure {
using namespace build;
using policies::Rule;

namespace {

policies::Codebook pupils(std::string unit = "row") {
  auto book = codebook({category("classe"), category("aide"), integer("boursier"), category("ine")},
                       {}, std::move(unit));
  for (policies::Variable& variable : book.variables) {
    if (variable.name == "aide" || variable.name == "boursier") variable.sensitive = true;
    if (variable.name != "boursier") continue;
    variable.min = Decimal{0, 0};
    variable.max = Decimal{1, 0};
  }
  return book;
}

policies::Policy groups_alone(std::int64_t minimum = 1) {
  auto policy = only({Rule::history, Rule::group_disclosure});
  policy.history.minimum = minimum;
  policy.group_disclosure.share = {9, 1};
  return policy;
}

// How many findings of group disclosure between the new table and an earlier one.
int found_after(const Tabulation& now, const Tabulation& earlier, const Source& rows,
                const policies::Codebook& book, std::int64_t minimum = 1) {
  Question question;
  question.tabulation = now;
  question.history = {{"R-2026-000001", 1, "", false, earlier}};
  const Table table = tabulate(now, rows, book);
  int count = 0;
  for (const Placed& placed : judge_history(table, question, rows, book, groups_alone(minimum))) {
    const Message& message = placed.finding.message;
    const bool of_many =
        message.id == "history.all_parts_rule" && message.args[1] == "group_disclosure";
    count += of_many || message.id == "history.group_disclosure" ? 1 : 0;
  }
  return count;
}

Tabulation without_x(std::vector<std::string> dimensions, std::vector<Statistic> statistics) {
  return tabulation(std::move(dimensions), std::move(statistics), differs("classe", "x"));
}

// 100 of class a, half of whom are helped; `helped` of 20 in class x.
std::string two_classes(int helped) {
  return rows_of(50, "a oui 1 -") + rows_of(50, "a non 0 -") + rows_of(helped, "x oui 1 -") +
         rows_of(20 - helped, "x non 0 -");
}

}  // namespace

TEST_CASE("a dimension: 18 of 20 between two tables share a category, 17 do not") {
  const auto book = pupils();
  for (const int helped : {2, 3, 17, 18}) {
    const auto rows = source(book, two_classes(helped));
    const auto all = tabulation({"aide"}, {count()});
    const auto part = without_x({"aide"}, {count()});
    const bool expected = helped == 2 || helped == 18;
    CHECK((found_after(part, all, *rows, book) > 0) == expected);
    CHECK((found_after(all, part, *rows, book) > 0) == expected);
    CHECK(found_after(part, all, *rows, book, 21) == 0);  // 20 are too few for any rule but that
  }
}

TEST_CASE("the mean of a 0/1 variable tells of both of its values") {
  const auto book = pupils();
  for (const int helped : {2, 3, 17, 18}) {
    const auto rows = source(book, two_classes(helped));
    const auto all = tabulation({}, {mean_of("boursier")});
    const auto part = without_x({}, {mean_of("boursier")});
    const bool expected = helped == 2 || helped == 18;
    CHECK((found_after(part, all, *rows, book) > 0) == expected);
    CHECK((found_after(all, part, *rows, book) > 0) == expected);
  }
}

TEST_CASE("a FILTER on a sensitive variable beside all rows tells its share") {
  const auto book = pupils();
  Statistic filtered = count();
  filtered.filter = equals("aide", "oui");
  for (const int helped : {2, 17, 18}) {
    const auto rows = source(book, two_classes(helped));
    const auto all = tabulation({}, {count(), filtered});
    const auto part = without_x({}, {count(), filtered});
    // Of those who aren't "oui" a variable with more than two values tells nothing.
    CHECK((found_after(part, all, *rows, book) > 0) == (helped == 18));
  }
}

TEST_CASE("within a table: a margin less one of its many cells") {
  const auto book = pupils();
  const auto rows =
      source(book, rows_of(15, "a oui 1 -") + rows_of(15, "a non 0 -") + rows_of(19, "b oui 1 -") +
                       rows_of(1, "c oui 1 -") + rows_of(2, "b non 0 -"));
  Tabulation table = tabulation({"classe", "aide"}, {count()});
  table.grouping_sets = {3, 2};  // (classe, aide), (aide)
  Question question;
  question.tabulation = table;
  int between = 0;
  for (const Placed& placed :
       judge_history(tabulate(table, *rows, book), question, *rows, book, groups_alone())) {
    between += placed.finding.message.id == "history.group_disclosure" ? 1 : 0;
  }
  CHECK(between > 0);  // all but class a: 20 of 22
}

TEST_CASE("units that have several rows are counted once") {
  const auto book = pupils("ine");
  // Class x: 9 pupils who are helped, one with eleven rows who isn't: 9 of 10 units, 9 of 20 rows.
  std::string lines = rows_of(50, "a oui 1 -") + rows_of(50, "a non 0 -");
  for (int i = 0; i < 50; ++i) {
    lines += "a oui 1 o" + std::to_string(i) + "\na non 0 n" + std::to_string(i) + "\n";
  }
  for (int i = 0; i < 9; ++i) lines += "x oui 1 x" + std::to_string(i) + "\n";
  const auto few = source(book, lines + rows_of(11, "x non 0 y"));
  const auto all = tabulation({"aide"}, {count()});
  CHECK(found_after(without_x({"aide"}, {count()}), all, *few, book) > 0);
  const auto more = source(book, lines + rows_of(11, "x non 0 y") + "x non 0 z");
  CHECK(found_after(without_x({"aide"}, {count()}), all, *more, book) == 0);
}

TEST_CASE("property: a share between two tables is found as by brute force") {
  CHECK(rc::check([] {
    const auto number = [](int low, int high) {
      return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high + 1));
    };
    auto book = codebook({category("a"), category("b"), category("s")});
    book.variables[2].sensitive = true;
    struct Row {
      std::string a, b, s;
    };
    std::vector<Row> world;
    std::string lines;
    const auto code = [&] { return std::string(1, static_cast<char>('p' + number(0, 2))); };
    for (int i = number(1, 14); i > 0; --i) {
      world.push_back({code(), code(), number(0, 4) == 0 ? "u" : "v"});
      lines += world.back().a + " " + world.back().b + " " + world.back().s + "\n";
    }
    const auto rows = source(book, lines);
    const bool by_a = number(0, 1) == 0;
    const bool part_by_a = number(0, 1) == 0;
    const auto dims = [](bool a) {
      return a ? std::vector<std::string>{"a", "s"} : std::vector<std::string>{"s"};
    };
    const auto all = tabulation(dims(by_a), {count()});
    const auto part = tabulation(dims(part_by_a), {count()}, differs("b", "p"));
    const std::int64_t minimum = number(1, 4);

    // Groups of rows by the key without s, and by s within.
    using Rows = std::set<const Row*>;
    const auto grouped = [&](bool a, bool filtered) {
      std::map<std::string, std::map<std::string, Rows>> groups;
      for (const Row& row : world) {
        if (!filtered || row.b != "p") groups[a ? row.a : ""][row.s].insert(&row);
      }
      return groups;
    };
    bool expected = false;
    using Groups = std::map<std::string, std::map<std::string, Rows>>;
    const auto take_away = [&](const Groups& wholes, const Groups& parts) {
      for (const auto& [unused, whole] : wholes) {
        std::vector<const std::map<std::string, Rows>*> inside;
        for (const auto& [unused_too, one] : parts) {
          bool holds = true;
          for (const auto& [s, members] : one) {
            const auto at = whole.find(s);
            holds =
                holds && at != whole.end() &&
                std::includes(at->second.begin(), at->second.end(), members.begin(), members.end());
          }
          if (holds) inside.push_back(&one);
        }
        const auto judge = [&](const std::vector<const std::map<std::string, Rows>*>& taken) {
          std::vector<std::size_t> left;
          std::size_t sum = 0;
          for (const auto& [s, members] : whole) {
            std::size_t rest = members.size();
            for (const auto* one : taken) rest -= one->contains(s) ? one->at(s).size() : 0;
            left.push_back(rest);
            sum += rest;
          }
          if (static_cast<std::int64_t>(sum) < minimum || sum == 0) return;
          for (const std::size_t one : left) expected = expected || one * 10 >= sum * 9;
        };
        std::size_t in_all = 0;
        std::size_t in_parts = 0;
        for (const auto& [s, members] : whole) in_all += members.size();
        for (const auto* one : inside) {
          for (const auto& [s, members] : *one) in_parts += members.size();
        }
        const bool filled = in_all == in_parts;
        for (const auto* one : inside) {
          if (!filled || inside.size() != 2) judge({one});
        }
        if (!filled && inside.size() > 1) judge(inside);
      }
    };
    take_away(grouped(by_a, false), grouped(part_by_a, true));
    take_away(grouped(part_by_a, true), grouped(by_a, false));  // a class without those left out
    RC_LOG() << to_json(all) << "\n" << to_json(part) << "\n" << lines << minimum;
    RC_ASSERT((found_after(all, part, *rows, book, minimum) > 0) == expected);
    RC_ASSERT((found_after(part, all, *rows, book, minimum) > 0) == expected);
  }));
}

}  // namespace sceau::disclosure
