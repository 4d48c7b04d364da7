// Data sets joined n:1: as a nested loop over texts finds it, and refusals that say why.
#include "enclave/store/joined.h"

#include <algorithm>
#include <random>

#include "disclosure/memory_source.h"
#include "tests/store/world.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::ColumnKind;
using disclosure::Reference;
using Words = std::vector<std::string>;

namespace {

policies::Codebook pupils_codebook(const std::string& references = "ecoles.uai") {
  return policies::parse_codebook(
      "format = 1\n[dataset]\nname = \"pupils\"\n"
      "[variables.uai]\ntype = \"category\"\nrole = \"classification\"\n" +
          (references.empty() ? std::string() : "references = \"" + references + "\"\n") +
          "[variables.age]\ntype = \"integer\"\nrole = \"measure\"\n",
      "pupils.toml");
}

policies::Codebook schools_codebook() {
  return policies::parse_codebook(R"(
format = 1
[dataset]
name = "ecoles"
[variables.region]
type = "category"
role = "classification"
[variables.uai]
type = "category"
role = "classification"
[variables.secteur]
type = "category"
role = "classification"
parent = "region"
values = { "PU" = { fr = "Public" }, "PR" = { fr = "Privé" } }
[variables.places]
type = "integer"
role = "measure"
[variables.score]
type = "decimal"
role = "measure"
decimals = 1
)",
                                  "ecoles.toml");
}

using Cells = std::vector<std::vector<std::optional<std::string>>>;  ///< rows of texts

disclosure::MemoryVintage vintage(const std::string& name, const policies::Codebook& codebook,
                                  const Cells& rows) {
  disclosure::MemoryVintage made{name, {}};
  for (std::size_t c = 0; c < codebook.variables.size(); ++c) {
    made.columns.push_back({codebook.variables[c].name, {}});
    for (const auto& row : rows) made.columns[c].values.push_back(row[c]);
  }
  return made;
}

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  std::optional<std::string> maybe(std::string text) {
    return below(6) == 0 ? std::nullopt : std::optional(std::move(text));
  }
  std::optional<std::string> school() { return maybe("S" + std::to_string(below(12))); }

 private:
  std::mt19937 engine_;
};

struct Sources {
  policies::Codebook pupils_book = pupils_codebook(), schools_book = schools_codebook();
  std::unique_ptr<disclosure::Source> pupils, schools;

  Sources(std::vector<disclosure::MemoryVintage> base, std::vector<disclosure::MemoryVintage> other,
          std::uint32_t rows_a_segment = 3)
      : pupils(disclosure::memory_source(pupils_book, std::move(base), rows_a_segment)),
        schools(disclosure::memory_source(schools_book, std::move(other), rows_a_segment)) {}

  [[nodiscard]] JoinedSource join(const std::vector<Reference>& references) const {
    return {{pupils.get(), &pupils_book}, {{"ecoles", {schools.get(), &schools_book}}}, references};
  }
};

Sources random_sources(unsigned seed) {
  Random random(seed);
  std::vector<disclosure::MemoryVintage> base, other;
  const auto pupils_book = pupils_codebook();
  const auto schools_book = schools_codebook();
  const bool reals = random.below(2) == 0;
  for (const std::string name : {"1", "2", "3"}) {
    Cells rows;
    for (int i = random.below(12); i > 0; --i) {
      rows.push_back({random.school(), random.maybe(std::to_string(random.below(9)))});
    }
    if (name != "3" || random.below(2) == 0) base.push_back(vintage(name, pupils_book, rows));
    Cells schools;
    for (int s = 0; s < 14; ++s) {  // some that no pupil names, some without a key
      if (random.below(3) == 0) continue;
      schools.push_back({random.maybe("R" + std::to_string(random.below(2))),
                         random.maybe("S" + std::to_string(s)),
                         random.maybe(random.below(2) == 0 ? "PU" : "PR"),
                         random.maybe(std::to_string(random.below(500))),
                         random.maybe(std::to_string(random.below(9)) + (reals ? ".25" : ".5"))});
    }
    if (name != "2" || random.below(2) == 0) other.push_back(vintage(name, schools_book, schools));
  }
  return {std::move(base), std::move(other)};
}

/// What SQL's LEFT JOIN means, row by row.
Words nested_loop(const Sources& sources, const Reference& reference, const std::string& variable) {
  const auto keys = column_of(*sources.pupils, "uai");
  const auto vintages = column_of(*sources.pupils, "vintage");
  const auto school_keys = column_of(*sources.schools, "uai");
  const auto school_vintages = column_of(*sources.schools, "vintage");
  const auto values = column_of(*sources.schools, variable);
  Words joined;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    joined.emplace_back("NULL");
    for (std::size_t j = 0; j < school_keys.size(); ++j) {
      const auto& wanted = reference.vintage.empty() ? vintages[i] : reference.vintage;
      const bool match =
          keys[i] != "NULL" && keys[i] == school_keys[j] && wanted == school_vintages[j];
      if (match) joined.back() = values[j];
    }
  }
  return joined;
}

disclosure::Tabulation joined_with(const std::vector<Reference>& references,
                                   std::vector<std::string> vintages) {
  disclosure::Tabulation tabulation;
  tabulation.dataset = "pupils";
  tabulation.vintages = std::move(vintages);
  tabulation.references = references;
  return tabulation;
}

const Reference own{"uai", "ecoles", "uai", ""};
const Reference first{"uai", "ecoles", "uai", "1"};

}  // namespace

TEST_CASE("joined columns are what a nested loop finds") {
  std::size_t joined_values = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const auto sources = random_sources(seed);
    const auto source = sources.join({own, first});
    REQUIRE(source.columns().size() ==
            sources.pupils->columns().size() + 2 * sources.schools->columns().size());
    for (const auto& info : sources.pupils->columns()) {
      CHECK(column_of(source, info.name) == column_of(*sources.pupils, info.name));
    }
    for (const auto& reference : {own, first}) {
      for (const auto& info : sources.schools->columns()) {
        const auto name = joined_name(reference, info.name);
        const auto expected = nested_loop(sources, reference, info.name);
        CHECK(column_of(source, name) == expected);
        joined_values += expected.size() - static_cast<std::size_t>(std::count(
                                               expected.begin(), expected.end(), "NULL"));
      }
      for (const auto& year : sources.pupils->vintages()) {
        const auto there = sources.schools->vintages();
        const auto& wanted = reference.vintage.empty() ? year : reference.vintage;
        CHECK(source.joins(reference, year) ==
              (std::find(there.begin(), there.end(), wanted) != there.end()));
      }
    }
  }
  CHECK(joined_values > 10'000);  // the loop above compared more than NULLs
}

TEST_CASE("a joined source is its base otherwise, and its codebook has the joined variables") {
  const auto sources = random_sources(7);
  const auto source = sources.join({own});
  CHECK(source.dataset() == "pupils");
  CHECK(source.vintages() == sources.pupils->vintages());
  CHECK(source.segments() == sources.pupils->segments());
  CHECK(source.may_contain(0, "uai>ecoles.places", -5, -5));
  const auto* secteur = source.codebook().find("uai>ecoles.secteur");
  REQUIRE(secteur != nullptr);
  CHECK(policies::label_of(*secteur, "PR", "fr") == "Privé");
  CHECK(secteur->parent == "uai>ecoles.region");
  CHECK(source.codebook().find("uai>ecoles.places")->role == policies::Role::measure);
  CHECK(source.codebook().find("uai>ecoles.vintage") != nullptr);
  CHECK(source.codebook().find("uai") != nullptr);
  CHECK(source.codebook().name == "pupils");
}

TEST_CASE("a joined column can be decoded a part at a time, into what held another") {
  const auto pupils_book = pupils_codebook();
  const auto schools_book = schools_codebook();
  Random random(11);
  Cells rows;
  for (int i = 0; i < 500; ++i) rows.push_back({random.school(), std::to_string(i)});
  const Cells schools = {{"R0", "S1", "PU", "30", "1.5"}, {std::nullopt, "S2", "PR", "40", "2"}};
  const Sources sources({vintage("1", pupils_book, rows), vintage("2", pupils_book, rows)},
                        {vintage("1", schools_book, schools)}, 300);
  const auto source = sources.join({own, first});
  std::unique_ptr<disclosure::LoadedColumn> loaded;
  disclosure::Segment whole, part;
  for (const auto& info : source.columns()) {
    CAPTURE(info.name);
    for (std::size_t segment = 0; segment < source.segments(); ++segment) {
      source.read(segment, info.name, whole);
      source.load(segment, info.name, loaded);
      for (std::uint32_t at = 0; at < source.rows(segment); at += 128) {
        const auto count = std::min<std::uint32_t>(128, source.rows(segment) - at);
        loaded->decode(at, count, part);
        REQUIRE(part.kind == whole.kind);
        for (std::uint32_t i = 0; i < count; ++i) {
          const auto row = at + i;
          const bool there = whole.present.empty() || whole.present[row] != 0;
          REQUIRE((part.present.empty() || part.present[i] != 0) == there);
          if (info.kind == ColumnKind::codes) REQUIRE(part.codes[i] == whole.codes[row]);
          if (info.kind == ColumnKind::scaled) REQUIRE(part.scaled[i] == whole.scaled[row]);
        }
      }
    }
  }
}

TEST_CASE("a key determines what is joined where all rows find the same vintage") {
  const auto pupils_book = pupils_codebook();
  const auto schools_book = schools_codebook();
  const Cells none;
  const Sources two({vintage("1", pupils_book, none), vintage("2", pupils_book, none)},
                    {vintage("1", schools_book, none), vintage("2", schools_book, none)});
  const auto source = two.join({own, first});
  CHECK(source.determines("uai", "uai>ecoles@1.secteur"));
  CHECK_FALSE(source.determines("uai", "uai>ecoles.secteur"));  // may have changed in between
  CHECK_FALSE(source.determines("age", "uai>ecoles@1.secteur"));
  CHECK_FALSE(source.determines("uai>ecoles@1.uai", "uai>ecoles@1.secteur"));
  const Sources one({vintage("1", pupils_book, none)}, {vintage("1", schools_book, none)});
  CHECK(one.join({own}).determines("uai", "uai>ecoles.secteur"));
  const Sources half({vintage("1", pupils_book, none), vintage("2", pupils_book, none)},
                     {vintage("1", schools_book, none)});
  CHECK_FALSE(half.join({own}).determines("uai", "uai>ecoles.secteur"));
}

TEST_CASE("a key that stands twice in a vintage is no n:1, and it is said which") {
  const auto pupils_book = pupils_codebook();
  const auto schools_book = schools_codebook();
  const Cells pupils = {{"S1", "7"}};
  const std::vector<std::optional<std::string>> school = {"R0", "S1", "PU", "3", "1.5"};
  auto keyless = school;
  keyless[1] = std::nullopt;
  const Sources twice({vintage("1", pupils_book, pupils)},
                      {vintage("1", schools_book, {school, keyless, keyless, school})}, 2);
  const auto source = twice.join({own});
  CHECK_FALSE(source.joins(own, "1"));
  CHECK_FALSE(source.column("uai>ecoles.secteur"));
  CHECK(message_of([&] {
          source.demand(joined_with({own}, {"1"}));
        }).starts_with("ecoles@1 holds the same uai in more than one row"));
  // One in each vintage is n:1, and so are rows without a key.
  const Sources each({vintage("1", pupils_book, pupils)},
                     {vintage("1", schools_book, {school, keyless, keyless}),
                      vintage("2", schools_book, {keyless, school})});
  each.join({own}).demand(joined_with({own}, {"1"}));
}

TEST_CASE("a reference that is undeclared, or whose data are not there, is demanded in vain") {
  auto sources = random_sources(3);
  const auto demand = [&](const Reference& reference, const std::string& year) {
    const auto source = sources.join({reference});
    return refusal([&] { source.demand(joined_with({reference}, {year})); });
  };
  CHECK(demand(own, "1").empty());
  CHECK(demand({"uai", "ecoles", "uai", "9"}, "1") == "store.join_missing");
  CHECK(demand({"uai", "ecoles", "secteur", ""}, "1") == "store.join_undeclared");
  CHECK(demand({"age", "ecoles", "uai", ""}, "1") == "store.join_undeclared");
  CHECK(demand({"uai", "colleges", "uai", ""}, "1") == "store.join_missing");
  sources.pupils_book = pupils_codebook("");
  CHECK(demand(own, "1") == "store.join_undeclared");
}

TEST_CASE("of two keys under one name the first holds") {
  const auto sources = random_sources(5);
  const Reference other{"uai", "ecoles", "secteur", ""};
  const auto source = sources.join({own, other});
  CHECK(source.joins(own, "1"));
  CHECK_FALSE(source.joins(other, "1"));
}

TEST_CASE("numbers and pseudonyms of another domain are no references") {
  const auto declared = [](const std::string& from, const std::string& to) {
    const auto a = policies::parse_codebook(
        "format = 1\n[dataset]\nname = \"a\"\n[variables.k]\n"
        "references = \"b.k\"\n" +
            from,
        "a.toml");
    const auto b =
        policies::parse_codebook("format = 1\n[dataset]\nname = \"b\"\n[variables.k]\n" + to, "b");
    return policies::declares_reference(a, "k", b, "k");
  };
  const std::string category = "type = \"category\"\nrole = \"classification\"\n";
  const std::string number = "type = \"integer\"\nrole = \"classification\"\n";
  const std::string person = "type = \"text\"\nrole = \"identifier\"\n";
  CHECK(declared(category, category));
  CHECK(declared(person + "domain = \"ine\"\n", person + "domain = \"ine\"\n"));
  CHECK_FALSE(declared(person + "domain = \"ine\"\n", person + "domain = \"other\"\n"));
  CHECK_FALSE(declared(person, "type = \"text\"\nrole = \"classification\"\n"));
  CHECK_FALSE(declared(number, number));
  CHECK_FALSE(declared(category, "type = \"date\"\nrole = \"classification\"\n"));
}

TEST_CASE("sealed vintages with dictionaries of their own are joined like any other") {
  const Folder folder;
  std::vector<std::unique_ptr<Store>> stores;
  const auto seal = [&](const policies::Codebook& book, const std::string& year,
                        const std::string& content) -> const Store* {
    std::vector<Text> files;
    files.emplace_back("a.csv", content);
    auto import = options(book, files);
    import.vintage = year;
    import.segment_rows = 2;
    const auto file = folder / (book.name + year);
    (void)import_csv(import, file, key_of(1));
    stores.push_back(std::make_unique<Store>(Store::open(file, key_of(1))));
    return stores.back().get();
  };
  const auto schools = schools_codebook();
  const StackedSource base({seal(pupils_codebook(), "2020", "uai,age\nB,1\nA,2\n,3\nX,4\nB,5\n"),
                            seal(pupils_codebook(), "2021", "uai,age\nC,6\nA,7\nB,8\n")},
                           std::nullopt);
  const StackedSource other(
      {seal(schools, "2020", "uai,secteur,region,places,score\nA,PU,R,10,1.5\nB,PR,R,20,\n"),
       seal(schools, "2021", "uai,secteur,region,places,score\nC,PR,R,5,2.5\nA,PR,R,11,3\n")},
      std::set<std::string>{"uai", "secteur", "places"});
  const JoinedSource source({&base, &base.codebook()}, {{"ecoles", {&other, &other.codebook()}}},
                            {own, {"uai", "ecoles", "uai", "2021"}});
  CHECK(column_of(source, "uai>ecoles.secteur") ==
        Words{"PR", "PU", "NULL", "NULL", "PR", "PR", "PR", "NULL"});
  CHECK(column_of(source, "uai>ecoles.places") ==
        Words{"20", "10", "NULL", "NULL", "20", "5", "11", "NULL"});
  CHECK(column_of(source, "uai>ecoles@2021.places") ==
        Words{"NULL", "11", "NULL", "NULL", "NULL", "5", "11", "NULL"});
  CHECK_FALSE(source.column("uai>ecoles.score"));  // not permitted
}
