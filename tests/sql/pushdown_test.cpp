// What SQLite hands down to the segments: rows, segments and columns that a statement doesn't need
// are not read, and the answer stays what it is without.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "enclave/sql/numeric.h"
#include "tests/sql/world.h"

namespace sceau::enclave::sql {
namespace {

using test::World;

/// A source that counts the segments read of each column, and can hide what it knows of them.
class CountingSource final : public disclosure::Source {
 public:
  explicit CountingSource(const disclosure::Source& source) : source_(source) {}

  [[nodiscard]] std::string dataset() const override { return source_.dataset(); }
  [[nodiscard]] std::vector<std::string> vintages() const override { return source_.vintages(); }
  [[nodiscard]] std::size_t segments() const override { return source_.segments(); }
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override {
    return source_.rows(segment);
  }
  [[nodiscard]] std::string vintage(std::size_t segment) const override {
    return source_.vintage(segment);
  }
  [[nodiscard]] std::vector<disclosure::ColumnInfo> columns() const override {
    return source_.columns();
  }
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override {
    return source_.dictionary(column);
  }
  [[nodiscard]] bool may_contain(std::size_t segment, std::string_view column, std::int64_t low,
                                 std::int64_t high) const override {
    return source_.may_contain(segment, column, low, high);
  }
  void read(std::size_t segment, std::string_view column, disclosure::Segment& out) const override {
    ++reads_[std::string(column)];
    source_.read(segment, column, out);
  }

  /// "academie 3, note 1", and begins anew.
  std::string reads() {
    std::string text;
    for (const auto& [name, count] : reads_) {
      text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
    }
    reads_.clear();
    return text;
  }

 private:
  const disclosure::Source& source_;
  mutable std::map<std::string, int> reads_;
};

/// Two vintages of 40 rows in segments of 10 (numbers ascend) over a counting source.
class Counted {
 public:
  Counted() : source_(made()), counting_(*source_) {
    catalog_.relations.push_back(make_relation(counting_, test::codebook()));
    exploration_ = std::make_unique<Exploration>(
        catalog_, std::vector<const disclosure::Source*>{&counting_}, Limits{});
  }

  /// The rows, and behind " / " what was read.
  std::string run(std::string_view text) {
    const auto plan = plan_of(text);
    auto cursor = exploration_->run(*plan.explore, {});
    std::string shown;
    for (Row row; cursor.next(row);) shown += (shown.empty() ? "" : " ") + test::shown({row});
    return shown + " / " + counting_.reads();
  }
  std::string tabulate(std::string_view text) {
    const auto plan = plan_of(text);
    const auto table = disclosure::tabulate(plan.tabulation->tabulation, counting_,
                                            *test::codebook(), {}, 0, disclosure::Detail::results);
    return test::shown(format_rows(table, *plan.tabulation)) + " / " + counting_.reads();
  }

 private:
  Plan plan_of(std::string_view text) {
    const auto statements = prepare(text, catalog_, {});
    return plan_select(statements.at(0), catalog_, {});
  }

  static std::unique_ptr<disclosure::Source> made() {
    std::vector<disclosure::MemoryVintage> vintages;
    for (const std::string name : {"2023", "2024"}) {
      disclosure::MemoryVintage vintage{name, {{"academie", {}}, {"age", {}}, {"note", {}}}};
      for (int i = 0; i < 40; ++i) {
        // The later vintage brings a text that stands before all others.
        vintage.columns[0].values.push_back(name == "2024" && i == 0 ? "AIX"
                                                                     : (i % 2 ? "LYON" : "CORSE"));
        vintage.columns[1].values.push_back(std::to_string(i));
        vintage.columns[2].values.push_back(i % 7 == 0 ? std::nullopt
                                                       : std::optional(std::to_string(i) + ".25"));
      }
      vintages.push_back(std::move(vintage));
    }
    return disclosure::memory_source(*test::codebook(), std::move(vintages), 10);
  }

  std::unique_ptr<disclosure::Source> source_;
  CountingSource counting_;
  Catalog catalog_;
  std::unique_ptr<Exploration> exploration_;
};

}  // namespace

TEST_CASE("only the columns that a statement uses are decoded, and for rows that pass alone") {
  Counted counted;
  CHECK(counted.run("SELECT count(*) FROM eleves") == "80 / ");
  CHECK(counted.run("SELECT academie FROM eleves LIMIT 1") == "CORSE / academie 1");
  CHECK(counted.run("SELECT note FROM eleves WHERE academie = 'AIX'") == " / academie 8, note 1");
  CHECK(counted.run("SELECT note FROM eleves WHERE academie = 'NOWHERE'") == " / ");
}

TEST_CASE("a range of integers or decimals passes over segments") {
  Counted counted;
  CHECK(counted.run("SELECT academie FROM eleves WHERE age = 12") ==
        "CORSE CORSE / academie 2, age 2");
  CHECK(counted.run("SELECT age FROM eleves WHERE age BETWEEN 9 AND 10") == "9 10 9 10 / age 4");
  CHECK(counted.run("SELECT note FROM eleves WHERE note > 38.25") == "39.25 39.25 / note 2");
  CHECK(counted.run("SELECT note FROM eleves WHERE note >= 38.250 AND note < 39.2500001") ==
        "38.25 39.25 38.25 39.25 / note 2");
  CHECK(counted.run("SELECT age FROM eleves WHERE note = 12.251") == " / ");
  CHECK(counted.run("SELECT age FROM eleves WHERE note IN (12.25, 11.250, 100)") ==
        "11 12 11 12 / age 2, note 6");
  CHECK(counted.run("SELECT age FROM eleves WHERE age IN (3, 5)") == "3 5 3 5 / age 2");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE age > 1e30::numeric") == "0 / age 8");
}

TEST_CASE("texts are compared in their own order, whatever order the vintages brought them in") {
  Counted counted;
  CHECK(counted.run("SELECT age FROM eleves WHERE academie < 'CORSE'") == "0 / academie 8, age 1");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE academie <= 'CORSE'") == "40 / academie 8");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE academie > 'CORSE'") == "40 / academie 8");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE academie >= 'B' AND academie < 'LYON'") ==
        "39 / academie 8");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE academie IN ('AIX', 'LYON', 'X', NULL)") ==
        "41 / academie 8");
}

TEST_CASE("NULL is a value to look for") {
  Counted counted;
  CHECK(counted.run("SELECT age FROM eleves WHERE note IS NULL AND age < 10") ==
        "0 7 0 7 / age 2, note 2");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE note IS NOT NULL") == "68 / note 8");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE note IS NOT DISTINCT FROM NULL") ==
        "12 / note 8");
  CHECK(counted.run("SELECT count(*) FROM eleves WHERE note = NULL") == "0 / ");
}

TEST_CASE("a vintage's segments are known before any is read, to SQLite's path and to the engine") {
  Counted counted;
  CHECK(counted.run("SELECT count(age) FROM eleves WHERE vintage = '2024'") ==
        "40 / age 4, vintage 4");
  CHECK(counted.run("SELECT max(age) FROM \"eleves@2023\"") == "39 / age 4");
  CHECK(counted.run("SELECT count(age) FROM eleves WHERE vintage IN ('2022', '2023')") ==
        "40 / age 4, vintage 4");
  CHECK(counted.run("SELECT count(age) FROM eleves WHERE vintage > '2024'") == "0 / ");
  CHECK(counted.tabulate("SELECT count(age) FROM eleves WHERE vintage = '2024'") ==
        "40 / age 4, vintage 4");
  CHECK(counted.tabulate("SELECT count(age) FROM eleves WHERE vintage IN ('2022', '2023') AND "
                         "age < 15") == "15 / age 2, vintage 2");
  CHECK(counted.tabulate("SELECT count(age) FROM eleves WHERE vintage <> '2023' OR age > 38") ==
        "41 / age 5, vintage 5");
  CHECK(counted.tabulate("SELECT count(age) FROM \"eleves@2023\"") == "40 / age 4");
}

TEST_CASE("rows that OFFSET leaves out are passed over by segments") {
  Counted counted;
  CHECK(counted.run("SELECT age FROM eleves LIMIT 2 OFFSET 35") == "35 36 / age 1");
  CHECK(counted.run("SELECT age FROM eleves LIMIT 3 OFFSET 39") == "39 0 1 / age 2");
  CHECK(counted.run("SELECT age FROM eleves OFFSET 79") == "39 / age 1");
  CHECK(counted.run("SELECT age FROM eleves OFFSET 80") == " / ");
  // Not where rows are chosen, ordered or put together first.
  CHECK(counted.run("SELECT age FROM eleves WHERE age > 36 OFFSET 4") == "38 39 / age 2");
  CHECK(counted.run("SELECT age FROM eleves ORDER BY age DESC LIMIT 1 OFFSET 2") == "38 / age 8");
  CHECK(counted.run("SELECT age FROM eleves WHERE abs(age) > 37 LIMIT 1 OFFSET 1") == "39 / age 4");
  CHECK(counted.run("(SELECT age FROM eleves) UNION ALL (SELECT age FROM eleves) OFFSET 159") ==
        "39 / age 1");
  CHECK(counted.run("(SELECT age FROM eleves) UNION ALL (SELECT age FROM eleves) LIMIT 3 OFFSET "
                    "78") == "38 39 0 / age 2");
  CHECK(counted.run("SELECT DISTINCT age FROM eleves LIMIT 1 OFFSET 39") == "39 / age 4");
  CHECK(counted.run("SELECT count(*) FROM (SELECT age FROM eleves OFFSET 70) q") == "10 / ");
}

TEST_CASE("filters, alone and together, give the rows that SQLite finds by itself") {
  const World world(300, 21);
  const std::vector<std::string> conditions = {"note > 12.30",
                                               "note <= -1",
                                               "note = 7.50",
                                               "note IN (7.5, 8.25, 3)",
                                               "age < 14",
                                               "age >= 15 AND age <= 16",
                                               "age IN (12, 13, NULL)",
                                               "academie > 'CORSE'",
                                               "departement BETWEEN '02' AND '2A'",
                                               "naissance >= DATE '2003-05-01'",
                                               "sexe IS NULL",
                                               "sexe IS NOT NULL",
                                               "sexe IS NOT DISTINCT FROM 'F'",
                                               "prenom = ''",
                                               "prenom IN ('Adam', 'Zoé', 'x')",
                                               "poids > 500.125",
                                               "vintage <> '2023'",
                                               "age > note",
                                               "ine < 'INE2024'"};
  const auto count = [&](const std::string& where) {
    return world.rows("SELECT count(*), sum(age), min(prenom) FROM eleves WHERE " + where);
  };
  for (const auto& first : conditions) {
    for (const auto& second : conditions) {
      CAPTURE(first);
      CAPTURE(second);
      // CASE is nothing that can be handed down.
      const auto kept = [](const std::string& condition) {
        return "CASE WHEN " + condition + " THEN true ELSE false END";
      };
      CHECK(count(first + " AND " + second) == count(kept(first) + " AND " + kept(second)));
    }
  }
}

TEST_CASE("joins find their rows by index, of texts, integers and decimals") {
  const World world(120, 22);
  for (const std::string column : {"academie", "age", "note", "naissance", "ine"}) {
    CAPTURE(column);
    const auto by = [&](const std::string& on) {
      return world.rows("SELECT count(*), sum(a.age + b.annee) FROM eleves a JOIN eleves b ON " +
                        on);
    };
    CHECK(by("a." + column + " = b." + column) ==
          by("CASE WHEN a." + column + " = b." + column + " THEN true ELSE false END"));
    CHECK(by("a." + column + " <= b." + column + " AND a.sexe = 'F'") ==
          by("CASE WHEN a." + column + " <= b." + column +
             " THEN true ELSE false END AND a.sexe = 'F'"));
  }
}

TEST_CASE("a large sort opens no file") {
  const World world(20'000, 23);
  const auto files = [] {
    std::vector<std::string> names;
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      const auto target = std::filesystem::read_symlink(entry.path(), gone);
      if (!gone) names.push_back(target.string());
    }
    std::sort(names.begin(), names.end());
    return names;
  };
  Exploration exploration(world.catalog(), {&world.source()}, Limits{});
  const auto before = files();
  const auto plan = world.plan(
      "SELECT a.prenom, a.note, a.ine, b.ine FROM eleves a JOIN eleves b ON a.ine = b.ine "
      "WHERE a.age IS NOT NULL ORDER BY a.poids DESC, b.naissance, a.ine, b.prenom");
  auto cursor = exploration.run(*plan.explore, {});
  std::size_t rows = 0;
  for (Row row; cursor.next(row); ++rows) {
    if (rows % 1000 == 0) CHECK(files() == before);
  }
  CHECK(rows > 20'000);
}

}  // namespace sceau::enclave::sql
