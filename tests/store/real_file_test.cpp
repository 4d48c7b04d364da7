// The 1,612,977 pupils of the real lycée file: sealed, opened, read back, and compared with the
// CSV.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <map>

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr const char* variables = R"(
[variables.id_eleve]
type = "text"
role = "identifier"
[variables.academie]
type = "category"
role = "classification"
[variables.departement]
type = "category"
role = "classification"
parent = "academie"
[variables.secteur]
type = "category"
role = "classification"
[variables.uai]
type = "category"
role = "classification"
parent = "departement"
[variables.niveau]
type = "category"
role = "classification"
[variables.serie]
type = "category"
role = "classification"
[variables.sexe]
type = "category"
role = "classification"
values = { "F" = { fr = "Filles" }, "M" = { fr = "Garçons" } }
)";

const char* const name = "derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz";

std::optional<std::filesystem::path> real_file() {
  const auto data = data_folder();
  if (data && std::filesystem::exists(*data / "fr" / name)) return *data / "fr" / name;
  std::puts("skipped: the real lycée file is not beside the sources");
  return std::nullopt;
}

ImportReport seal(const std::filesystem::path& csv, sceau::policies::Codebook book,
                  const std::filesystem::path& store) {
  const int fd = ::open(csv.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  ImportOptions import = options(std::move(book), {});
  import.files.push_back({name, fd});
  const std::clock_t start = std::clock();
  const ImportReport report = import_csv(import, store, key_of(1));
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ::close(fd);
  MESSAGE("import: " << static_cast<double>(report.rows) / took / 1e6
                     << " M rows a second of processor");
  return report;
}

}  // namespace

TEST_CASE("the real lycée file is sealed under the shipped codebook") {
  const auto csv = real_file();
  if (!csv) return;
  const Folder folder;
  const auto book = sceau::policies::load_codebook(std::filesystem::path(SCEAU_SOURCE_DIR) /
                                                   "policies/codebooks/lycees.toml");
  const ImportReport report = seal(*csv, book, folder / "lycees@2021.store");
  CHECK(report.rows == 1612977);
  CHECK(report.faults.empty());
  CHECK(report.ignored_columns == std::vector<std::string>{"id_eleve"});
  const Store store = Store::open(folder / "lycees@2021.store", key_of(1));
  store.check_all();
  const StackedSource source({&store}, std::nullopt);
  CHECK(source.dictionary("academie").size() == 30);
  CHECK(source.dictionary("departement").size() == 101);
  // Counted with zcat, cut, sort and uniq.
  std::map<std::string, int> pupils;
  sceau::disclosure::Segment segment;
  for (std::size_t n = 0; n < source.segments(); ++n) {
    source.read(n, "sexe", segment);
    for (const auto code : segment.codes) ++pupils[source.dictionary("sexe")[code]];
  }
  CHECK(pupils == std::map<std::string, int>{{"F", 873619}, {"M", 739358}});
}

TEST_CASE("the real lycée file is sealed with pseudonyms and hierarchies, and read back whole") {
  const auto csv = real_file();
  if (!csv) return;
  const Folder folder;
  const ImportReport report = seal(*csv, codebook(variables), folder / "t@2024.store");
  CHECK(report.rows == 1612977);
  CHECK(report.rejected == 0);
  const Store store = Store::open(folder / "t@2024.store", key_of(1));
  store.check_all();
  CHECK(store.manifest().rows == 1612977);
  CHECK(store.manifest().columns[0].distinct == 1612977);
  const StackedSource source({&store}, std::nullopt);
  CHECK(source.dictionary("sexe") == std::vector<std::string>{"F", "M"});
  CHECK(source.segments() == 7);
}
