// The 1,612,977 pupils of the real lycée file: sealed, opened, read back, and compared with the
// CSV.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

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

}  // namespace

TEST_CASE("the real lycée file is sealed and read back whole") {
  const auto data = data_folder();
  const char* name = "derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz";
  if (!data || !std::filesystem::exists(*data / "fr" / name)) {
    std::puts("skipped: the real lycée file is not beside the sources");
    return;
  }
  const Folder folder;
  const int fd = ::open((*data / "fr" / name).c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  ImportOptions import = options(codebook(variables), {});
  import.files.push_back({name, fd});
  const std::clock_t start = std::clock();
  const ImportReport report = import_csv(import, folder / "t@2024.store", key_of(1));
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ::close(fd);
  MESSAGE("import: " << static_cast<double>(report.rows) / took / 1e6
                     << " M rows a second of processor");
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
