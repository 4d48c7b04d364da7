// Vintages as one table: one dictionary, one scale, NULL where a vintage lacks the variable, and a
// refusal where two vintages mean different things by one name.
#include <atomic>
#include <limits>
#include <thread>

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
using sceau::disclosure::ColumnKind;
using Texts = std::vector<std::string>;

namespace {

std::string category(const std::string& name) {
  return "[variables." + name + "]\ntype = \"category\"\nrole = \"classification\"\n";
}

std::string decimal(const std::string& name, int decimals) {
  return "[variables." + name +
         "]\ntype = \"decimal\"\nrole = \"measure\"\ndecimals = " + std::to_string(decimals) + "\n";
}

class Stores {
 public:
  const Store& add(const std::string& vintage, const std::string& variables,
                   const std::string& content, std::uint32_t segment_rows = 100,
                   const std::string& name = "t") {
    std::vector<Text> files;
    files.emplace_back("a.csv", content);
    auto import = options(policies_of(variables, name), files);
    import.vintage = vintage;
    import.segment_rows = segment_rows;
    const auto file = folder_ / (std::to_string(stores_.size()) + ".store");
    (void)import_csv(import, file, key_of(1));
    stores_.push_back(std::make_unique<Store>(Store::open(file, key_of(1))));
    return *stores_.back();
  }

 private:
  static sceau::policies::Codebook policies_of(const std::string& variables,
                                               const std::string& name) {
    return sceau::policies::parse_codebook(
        "format = 1\n[dataset]\nname = \"" + name + "\"\n" + variables, "codebook.toml");
  }
  Folder folder_;
  std::vector<std::unique_ptr<Store>> stores_;
};

}  // namespace

TEST_CASE("vintages stand in order, with dictionaries merged and scales raised") {
  Stores stores;
  const Store& newer = stores.add("2024", category("a") + decimal("x", 3) + category("added"),
                                  "a,x,added\nPARIS,1.125,n\nNICE,2,\n", 1);
  const Store& older = stores.add("2023", category("a") + decimal("x", 1) + category("dropped"),
                                  "a,x,dropped\nNICE,0.5,z\nLYON,,z\n");
  const StackedSource source({&newer, &older}, std::nullopt);
  CHECK(source.dataset() == "t");
  CHECK(source.vintages() == Texts{"2023", "2024"});
  CHECK(source.segments() == 3);
  CHECK(source.rows(0) == 2);
  CHECK(source.rows(2) == 1);
  CHECK(source.vintage(0) == "2023");
  CHECK(source.vintage(2) == "2024");
  CHECK(column_of(source, "a") == Texts{"NICE", "LYON", "PARIS", "NICE"});
  CHECK(column_of(source, "x") == Texts{"500", "NULL", "1125", "2000"});
  CHECK(column_of(source, "added") == Texts{"NULL", "NULL", "n", "NULL"});
  CHECK(column_of(source, "vintage") == Texts{"2023", "2023", "2024", "2024"});
  CHECK(source.column("x")->scale == 3);
  CHECK(source.dictionary("a").size() == 3);
  CHECK_FALSE(source.column("dropped"));
  CHECK(source.codebook().find("added") != nullptr);
  // What a segment can hold, at the raised scale.
  CHECK(source.may_contain(0, "x", 500, 500));
  CHECK_FALSE(source.may_contain(0, "x", 0, 499));
  CHECK_FALSE(source.may_contain(0, "x", 501, 5000));
  CHECK(source.may_contain(1, "x", -9, 1125));
  CHECK_FALSE(source.may_contain(0, "added", 0, 0));  // nothing but NULL
  CHECK(source.may_contain(1, "added", 0, 0));
  CHECK(source.may_contain(0, "vintage", 0, 0));
  // Which texts it can hold: NICE and LYON, then PARIS, then NICE.
  const auto may_hold = [&](std::size_t segment, const std::string& text) {
    const auto& texts = source.dictionary("a");
    return source.may_hold_code(segment, "a", [&](auto code) { return texts.at(code) == text; });
  };
  CHECK(may_hold(0, "NICE"));
  CHECK(may_hold(0, "LYON"));
  CHECK_FALSE(may_hold(0, "PARIS"));
  CHECK(may_hold(2, "NICE"));
  CHECK_FALSE(may_hold(2, "LYON"));
  CHECK_FALSE(source.may_hold_code(0, "added", [](auto) { return true; }));  // nothing but NULL
  CHECK(source.may_hold_code(2, "vintage", [](auto code) { return code == 1; }));
  CHECK_FALSE(source.may_hold_code(2, "vintage", [](auto code) { return code == 0; }));
}

TEST_CASE("a scale that can't be raised makes the column doubles") {
  Stores stores;
  const Store& wide = stores.add("2023", decimal("x", 0), "x\n9223372036854775807\n");
  const Store& fine = stores.add("2024", decimal("x", 2), "x\n0.25\n");
  const StackedSource source({&wide, &fine}, std::nullopt);
  CHECK(source.column("x")->kind == ColumnKind::real);
  CHECK(column_of(source, "x") == Texts{"9.2233720368547758e+18", "0.25"});
  CHECK(source.may_contain(0, "x", 0, 0));
}

TEST_CASE("what a permit leaves out and what is hidden is not there") {
  Stores stores;
  const Store& store = stores.add(
      "2024",
      category("a") + category("b") + "[variables.h]\ntype = \"category\"\nrole = \"hidden\"\n",
      "a,b,h\n1,2,3\n");
  const StackedSource some({&store}, std::set<std::string>{"a", "h", "unknown"});
  CHECK(some.columns().size() == 2);  // a and vintage
  CHECK(some.codebook().variables.size() == 1);
  CHECK(refusal([&] { (void)column_of(some, "b"); }) == "store.no_column");
  CHECK(refusal([&] { (void)some.dictionary("h"); }) == "store.no_column");
  CHECK(refusal([&] { (void)some.may_contain(0, "b", 0, 0); }) == "store.no_column");
}

TEST_CASE("vintages that disagree about a variable are refused") {
  Stores stores;
  const Store& a = stores.add("2022", category("v"), "v\n1\n");
  const Store& number = stores.add("2023", decimal("v", 1), "v\n1\n");
  const Store& hidden =
      stores.add("2024", "[variables.v]\ntype = \"category\"\nrole = \"hidden\"\n" + category("w"),
                 "v,w\n1,2\n");
  const Store& identifier =
      stores.add("2025", "[variables.v]\ntype = \"category\"\nrole = \"identifier\"\n", "v\n1\n");
  const Store& domain = stores.add(
      "2026", "[variables.v]\ntype = \"category\"\nrole = \"identifier\"\ndomain = \"other\"\n",
      "v\n1\n");
  const Store& same = stores.add("2022", category("v"), "v\n1\n");
  const Store& elsewhere = stores.add("2030", category("v"), "v\n1\n", 100, "u");
  const auto stacking = [](std::vector<const Store*> stack) {
    return refusal([&] { (void)StackedSource(stack, std::nullopt); });
  };
  CHECK(stacking({&a, &number}) == "store.vintages_differ");
  CHECK(stacking({&a, &identifier}) == "store.vintages_differ");
  CHECK(stacking({&identifier, &domain}) == "store.vintages_differ");
  CHECK(stacking({&hidden, &identifier}) == "store.vintages_differ");
  CHECK(stacking({&a, &same}) == "store.not_vintages");
  CHECK(stacking({&a, &elsewhere}) == "store.not_vintages");
  CHECK(stacking({}) == "store.none");
  // Hidden in the newest: it is not there, whatever an older vintage showed.
  const StackedSource source({&a, &hidden}, std::nullopt);
  CHECK_FALSE(source.column("v"));
}

TEST_CASE("what a contributor determines holds across vintages only where they agree") {
  Stores stores;
  const std::string head = "a,b,c\n";
  const auto add = [&](const char* vintage, const std::string& rows) -> const Store& {
    return stores.add(vintage,
                      "contributors = [\"a\"]\n" + category("a") + category("b") + category("c"),
                      head + rows);
  };
  const Store& first = add("2022", "k,p,x\nk,p,x\nl,q,\n,q,x\n");
  const Store& same = add("2023", "k,p,y\nm,q,z\nl,q,\n");
  const Store& moved = add("2024", "k,q,x\n");
  CHECK(StackedSource({&first}, std::nullopt).determines("a", "b"));
  CHECK(StackedSource({&first}, std::nullopt).determines("a", "c"));
  CHECK_FALSE(StackedSource({&first}, std::nullopt).determines("b", "a"));
  const StackedSource two({&first, &same}, std::nullopt);
  CHECK(two.determines("a", "b"));
  CHECK(two.determines("a", "b"));
  CHECK_FALSE(two.determines("a", "c"));
  CHECK_FALSE(StackedSource({&first, &same, &moved}, std::nullopt).determines("a", "b"));
}

TEST_CASE("many threads read one store at once") {
  Stores stores;
  std::string content = "a,x\n";
  for (int i = 0; i < 5000; ++i) content += std::to_string(i % 97) + "," + std::to_string(i) + "\n";
  const Store& first = stores.add("2023", category("a") + decimal("x", 0), content, 64);
  const Store& second = stores.add("2024", category("a") + decimal("x", 0), content, 64);
  const StackedSource source({&first, &second}, std::nullopt);
  std::atomic<std::size_t> next{0};
  std::atomic<std::int64_t> sum{0};
  std::atomic<std::int64_t> codes{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      sceau::disclosure::Segment segment;
      for (std::size_t n = next++; n < source.segments(); n = next++) {
        source.read(n, "x", segment);
        for (const auto value : segment.scaled) sum += value;
        source.read(n, "a", segment);
        for (const auto code : segment.codes) codes += std::stoi(source.dictionary("a")[code]);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(sum == 2 * (4999 * 5000 / 2));
  std::int64_t expected = 0;
  for (int i = 0; i < 5000; ++i) expected += i % 97;
  CHECK(codes == 2 * expected);
}

TEST_CASE("store names") {
  CHECK(parse_store_name("eleves@2024").vintage == "2024");
  CHECK(parse_store_name("eleves").vintage.empty());
  CHECK(to_string(parse_store_name("eleves_2@2023-2024.r1")) == "eleves_2@2023-2024.r1");
  CHECK(to_string(parse_store_name("eleves")) == "eleves");
  for (const char* name : {"", "@2024", "Eleves@2024", "eleves@", "a@b@c", "a@../b", "a@.b", "a/b",
                           "2a@1", "a@b c", "é@1", "a@b/c"}) {
    CAPTURE(name);
    CHECK(refusal([&] { (void)parse_store_name(name); }) == "store.bad_name");
  }
}
