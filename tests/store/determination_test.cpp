// What a contributor determines is found exactly, and kept in the manifest.
#include "enclave/store/determination.h"

#include <rapidcheck.h>

#include <set>

#include "disclosure/source.h"
#include "enclave/store/manifest.h"
#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
using Texts = std::vector<std::string>;

namespace {

constexpr const char* variables = R"(
[variables.academie]
type = "category"
role = "classification"
[variables.uai]
type = "category"
role = "classification"
[variables.secteur]
type = "category"
role = "classification"
[variables.sexe]
type = "category"
role = "classification"
[variables.note]
type = "integer"
role = "measure"
[variables.cache]
type = "category"
role = "hidden"
)";

/// What uai determines once `rows` are sealed and opened again.
Texts determined(const std::string& rows, const char* contributors = "contributors = [\"uai\"]\n",
                 std::uint32_t segment_rows = 2) {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv", "uai,academie,secteur,sexe,note,cache\n" + rows);
  auto import = options(codebook(variables, contributors), files);
  import.segment_rows = segment_rows;
  import.on_error = OnError::skip;
  (void)import_csv(import, folder / "t.store", key_of(1));
  const Store store = Store::open(folder / "t.store", key_of(1));
  for (const auto& column : store.manifest().columns) {
    if (column.name != "uai") CHECK(column.determines.empty());
  }
  return store.manifest().columns.at(1).determines;
}

}  // namespace

TEST_CASE("a contributor determines the categories that never differ beside one of its codes") {
  const std::string rows = "U1,LYON,PU,F,1,x\nU2,LYON,PR,F,2,y\nU1,LYON,PU,M,3,x\n";
  CHECK(determined(rows) == Texts{"academie", "secteur"});
  CHECK(determined(rows, "") == Texts{});
  CHECK(determined(rows + "U1,PARIS,PU,F,1,x\n") == Texts{"secteur"});
  // NULL beside a code is a value, and differs from none at all.
  CHECK(determined(rows + "U1,,PU,F,1,x\n") == Texts{"secteur"});
  CHECK(determined("U1,,PU,F,1,x\nU1,LYON,PU,M,1,x\n") == Texts{"secteur"});
  CHECK(determined("U1,,PU,F,1,x\nU1,,PU,M,1,x\n") == Texts{"academie", "secteur"});
  // Rows without a contributor, and rows that were refused, say nothing.
  CHECK(determined(rows + ",PARIS,PR,F,1,x\n") == Texts{"academie", "secteur"});
  CHECK(determined(rows + "U1,PARIS,PR,F,one,x\n") == Texts{"academie", "secteur"});
  CHECK(determined(",LYON,PU,F,1,x\n") == Texts{});
}

TEST_CASE("a manifest says nothing of columns that it doesn't have, and reads as empty without") {
  Manifest manifest;
  manifest.columns = {{"uai", "dictionary", 0, false, 0, 1, 1, {"academie"}},
                      {"academie", "dictionary", 0, false, 0, 1, 1, {}}};
  const auto read = manifest_from_json(to_json(manifest));
  REQUIRE(read);
  CHECK(read->columns[0].determines == Texts{"academie"});
  CHECK(read->columns[1].determines.empty());
  CHECK(to_json(manifest).find("determines") == to_json(manifest).rfind("determines"));
  for (const char* other : {"uai", "pays"}) {
    manifest.columns[0].determines = {other};
    CHECK_FALSE(manifest_from_json(to_json(manifest)));
  }
}

TEST_CASE("what is found equals a slow look at all rows, however they are cut") {
  using sceau::disclosure::null_code;
  const auto book = codebook(variables, "contributors = [\"uai\", \"sexe\"]\n");
  CHECK(rc::check([&] {
    const auto code = rc::gen::element<std::uint32_t>(0, 1, 2, null_code);
    const auto rows = *rc::gen::inRange<std::size_t>(0, 12);
    std::vector<std::vector<std::uint32_t>> columns;
    for (std::size_t i = 0; i < book.variables.size(); ++i) {
      columns.push_back(*rc::gen::container<std::vector<std::uint32_t>>(rows, code));
    }
    Determination found(book);
    for (std::size_t from = 0; from < rows;) {
      const auto size = *rc::gen::inRange<std::size_t>(1, rows - from + 1);
      found.add([&](std::size_t i) {
        return i == 4 ? std::span<const std::uint32_t>()
                      : std::span<const std::uint32_t>(columns[i]).subspan(from, size);
      });
      from += size;
    }
    for (const std::size_t from : {1U, 3U}) {
      std::vector<std::size_t> expected;
      for (const std::size_t to : {0U, 1U, 2U, 3U}) {
        std::set<std::uint32_t> codes;
        std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
        for (std::size_t row = 0; row < rows; ++row) {
          if (columns[from][row] == null_code) continue;
          codes.insert(columns[from][row]);
          pairs.insert({columns[from][row], columns[to][row]});
        }
        if (to != from && !codes.empty() && pairs.size() == codes.size()) expected.push_back(to);
      }
      RC_ASSERT(found.of(from) == expected);
    }
  }));
}
