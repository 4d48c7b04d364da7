// A store gives back what went in, and tells apart each way in which a file can be wrong.
#include "enclave/store/store.h"

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr const char* every_type = R"(
[variables.code]
type = "category"
role = "classification"
pad = 2
recode = { "x" = "9" }
[variables.entier]
type = "integer"
role = "measure"
[variables.note]
type = "decimal"
role = "measure"
decimals = 2
[variables.jour]
type = "date"
role = "classification"
[variables.mot]
type = "text"
role = "classification"
[variables.ine]
type = "text"
role = "identifier"
[variables.cache]
type = "category"
role = "hidden"
)";

constexpr const char* every_type_csv =
    "ine;code;entier;note;jour;mot;cache;autre\n"
    "A1;1;-5;12.5;2024-02-29;\"un \"\"mot\"\"; deux\";h;z\n"
    "A2;x;;;;;;\n"
    "A1;;9223372036854775807;-0.01;1999-12-31;é;k;\n";

}  // namespace

TEST_CASE("each type comes back as it went in, missing values as NULL") {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv", every_type_csv);
  for (const std::uint32_t segment_rows : {1U, 2U, 100U}) {
    const auto file = folder / ("t" + std::to_string(segment_rows) + ".store");
    auto import = options(codebook(every_type), files);
    import.segment_rows = segment_rows;
    const ImportReport report = import_csv(import, file, key_of(7));
    CHECK(report.rows == 3);
    CHECK(report.ignored_columns == std::vector<std::string>{"autre"});
    const Store store = Store::open(file, key_of(7));
    store.check_all();
    const StackedSource source({&store}, std::nullopt);
    using Texts = std::vector<std::string>;
    CHECK(column_of(source, "code") == Texts{"01", "09", "NULL"});
    CHECK(column_of(source, "entier") == Texts{"-5", "NULL", "9223372036854775807"});
    CHECK(column_of(source, "note") == Texts{"1250", "NULL", "-1"});
    CHECK(column_of(source, "jour") == Texts{"2024-02-29", "NULL", "1999-12-31"});
    CHECK(column_of(source, "mot") == Texts{"un \"mot\"; deux", "NULL", "é"});
    CHECK(column_of(source, "vintage") == Texts{"2024", "2024", "2024"});
    // HMAC-SHA-256 under 32 bytes 0x42 of "A1" and "A2", by Python's hmac module.
    const auto pseudonyms = column_of(source, "ine");
    CHECK(pseudonyms == Texts{"a2dd49272df02bf1b7a0f779d2a4f4c1",
                              "94c17987ced082a7e3637b2af456eabb",
                              "a2dd49272df02bf1b7a0f779d2a4f4c1"});
    CHECK(refusal([&] { (void)column_of(source, "cache"); }) == "store.no_column");
    CHECK(source.column("note")->scale == 2);
    CHECK(source.columns().size() == 7);
  }
}
