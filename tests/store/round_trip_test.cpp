// Any table that is written as CSV, sealed and opened, comes back equal; any bytes at all are
// imported or refused.
#include <rapidcheck.h>

#include "enclave/store/csv_reader.h"
#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
using Texts = std::vector<std::string>;

namespace {

constexpr const char* two_variables = R"(
[variables.academie]
type = "category"
role = "classification"
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
)";

/// Any text that a file can hold: valid UTF-8 without NUL, with all that CSV finds hard.
rc::Gen<std::string> any_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "b", "0", " ", "\"", ";", ",", "\n", "\r", "\r\n", "é", "…", "🎓", "\t", "|", "'")),
      [](const std::vector<std::string>& parts) {
        std::string joined;
        for (const auto& part : parts) joined += part;
        return joined;
      });
}

}  // namespace

TEST_CASE("any table that is written as CSV, sealed and opened, comes back equal") {
  const Folder folder;
  int round = 0;
  CHECK(rc::check([&] {
    const auto rows = *rc::gen::inRange<std::size_t>(1, 40);
    const auto texts = *rc::gen::container<std::vector<std::string>>(rows, any_text());
    const auto integers =
        *rc::gen::container<std::vector<std::int64_t>>(rows, rc::gen::arbitrary<std::int64_t>());
    const auto codes = *rc::gen::container<std::vector<int>>(rows, rc::gen::inRange(0, 5));
    const auto nulls = *rc::gen::container<std::vector<bool>>(rows, rc::gen::arbitrary<bool>());
    const char separator = *rc::gen::element(';', ',', '\t', '|');
    const std::string end = *rc::gen::element<std::string>("\n", "\r\n");
    const bool packed = *rc::gen::arbitrary<bool>();
    std::string content = std::string("mot") + separator + "entier" + separator + "code" + end;
    Texts words;
    Texts numbers;
    Texts categories;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string number = nulls[i] ? "" : std::to_string(integers[i]);
      const std::string code = codes[i] == 0 ? "" : std::to_string(codes[i]);
      const std::string_view fields[] = {texts[i], number, code};
      content += to_line(fields, separator) + end;
      words.push_back(texts[i].empty() ? "NULL" : texts[i]);
      numbers.push_back(nulls[i] ? "NULL" : number);
      categories.push_back(code.empty() ? "NULL" : code);
    }
    std::vector<Text> files;
    files.emplace_back("a.csv", packed ? gzip(content) : content);
    auto import = options(codebook(R"(
[variables.code]
type = "category"
role = "classification"
[variables.entier]
type = "integer"
role = "measure"
[variables.mot]
type = "text"
role = "classification"
)"),
                          files);
    import.segment_rows = *rc::gen::inRange<std::uint32_t>(1, 50);
    const auto file = folder / std::to_string(round++);
    const ImportReport report = import_csv(import, file, key_of(9));
    RC_ASSERT(report.rows == rows);
    const Store store = Store::open(file, key_of(9));
    store.check_all();
    const StackedSource sealed({&store}, std::nullopt);
    RC_ASSERT(column_of(sealed, "mot") == words);
    RC_ASSERT(column_of(sealed, "entier") == numbers);
    RC_ASSERT(column_of(sealed, "code") == categories);
    for (auto& again : import.files) again = files.front().file();
    ImportReport again_report;
    const auto read = read_csv(import, again_report);
    RC_ASSERT(column_of(*read, "mot") == words);
    RC_ASSERT(column_of(*read, "entier") == numbers);
    std::filesystem::remove(file);
  }));
}

TEST_CASE("any bytes at all are imported or refused, never more") {
  CHECK(rc::check([](const std::string& bytes, bool with_header) {
    std::vector<Text> files;
    files.emplace_back("a.csv", (with_header ? "academie,note\n" : "") + bytes);
    for (const OnError on_error : {OnError::stop, OnError::skip}) {
      auto import = options(codebook(two_variables), files);
      import.on_error = on_error;
      try {
        ImportReport report;
        (void)read_csv(import, report);
      } catch (const EnclaveError& error) {
        RC_ASSERT(error.fault() == Fault::bad_input);
      }
    }
  }));
}
