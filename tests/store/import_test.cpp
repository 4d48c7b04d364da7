// How files are understood: separators, marks, packing, encodings, constants, several files; what
// `skip` and a dry run do.
#include "enclave/store/import.h"

#include <algorithm>

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
using Texts = std::vector<std::string>;

namespace {

constexpr const char* two_variables = R"(
[variables.academie]
type = "category"
role = "classification"
source = ["academie", "Académie"]
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
)";

std::unique_ptr<sceau::disclosure::Source> read_all(const ImportOptions& import) {
  ImportReport report;
  return read_csv(import, report);
}

std::unique_ptr<sceau::disclosure::Source> read_one(const std::string& content,
                                                    const std::string& dataset = "",
                                                    const char* variables = two_variables) {
  std::vector<Text> files;
  files.emplace_back("a.csv", content);
  return read_all(options(codebook(variables, dataset), files));
}

}  // namespace

TEST_CASE("separator, byte order mark, line ends and gzip are found by themselves") {
  for (const char* separator : {";", ",", "\t", "|"}) {
    for (const char* end : {"\n", "\r\n", "\r"}) {
      for (const char* mark : {"", "\xef\xbb\xbf"}) {
        for (const bool packed : {false, true}) {
          const std::string s = separator;
          std::string content = mark + ("x" + s + "academie" + s + "note") + end;
          content += "\"a" + s + "b\"" + s + "LYON" + s + "1.5" + end + "" + s + "" + s + "" + end;
          const auto source = read_one(packed ? gzip(content) : content);
          CHECK(column_of(*source, "academie") == Texts{"LYON", "NULL"});
          CHECK(column_of(*source, "note") == Texts{"15", "NULL"});
        }
      }
    }
  }
  const std::string half = "academie;note\nLYON;1\n";
  CHECK(column_of(*read_one(gzip(half) + gzip("PARIS;2\n")), "academie") == Texts{"LYON", "PARIS"});
}

TEST_CASE("the separator is the one that finds the codebook's columns") {
  // More semicolons than commas in this header, but the names stand between commas.
  CHECK(column_of(*read_one("academie,note,\"a;b;c;d\"\nLYON,1,x\n"), "academie") == Texts{"LYON"});
  CHECK(column_of(*read_one("academie,note|2024\nLYON,1|x\n",
                            "[[files]]\nmatch = \"*\"\nset = { note = 3 }\n"),
                  "note") == Texts{"30"});
}

TEST_CASE("a column alone has values on its blank lines; two columns have none") {
  constexpr const char* one = "[variables.a]\ntype = \"category\"\nrole = \"classification\"\n";
  CHECK(column_of(*read_one("a\nx\n\ny\n", "", one), "a") == Texts{"x", "NULL", "y"});
  CHECK(column_of(*read_one("a\r\nx\r\n\r\ny", "", one), "a") == Texts{"x", "NULL", "y"});
  CHECK(column_of(*read_one("a,b\nx,1\n\n\ny,2\n\n", "", one), "a") == Texts{"x", "y"});
}

TEST_CASE("encodings are converted, and what an encoding doesn't have is found by line") {
  const auto in = [](const std::string& encoding) {
    return "[[files]]\nmatch = \"a*\"\nencoding = \"" + encoding + "\"\ndecimal = \",\"\n";
  };
  CHECK(column_of(*read_one("Acad\xe9mie;note\nR\xe9union \x80;1,5\n", in("windows-1252")),
                  "academie") == Texts{"Réunion €"});
  CHECK(column_of(*read_one("\xef\xbb\xbf"
                            "Académie;note\nRéunion;1,5\n",
                            in("windows-1252")),
                  "academie") == Texts{"Réunion"});  // the mark says what it is
  std::string utf16 = "\xff\xfe";
  for (const char c : std::string("academie;note\nLYON;1,5\n")) (utf16 += c) += '\0';
  CHECK(column_of(*read_one(utf16, in("UTF-16")), "note") == Texts{"15"});
  CHECK(message_of([&] {
          (void)read_one(
              "academie;note\nLYON;1\nA\x81"
              "B;1\n",
              in("windows-1252"));
        }) == "a.csv, line 3, column academie: not valid UTF-8");
  CHECK(message_of([&] { (void)read_one(utf16.substr(0, utf16.size() - 1), in("UTF-16")); }) ==
        "a.csv, line 2, column note: not valid UTF-8");  // half of the last line end
  // Characters cut by the chunks in which a file is read.
  std::string many = "academie;note\n";
  std::string many_utf8 = many;
  for (int i = 0; i < 60000; ++i) many_utf8 += "né;1\n";
  CHECK(read_one(many_utf8, in("UTF-8"))->dictionary("academie") == Texts{"né"});
  CHECK(read_one(many_utf8)->dictionary("academie") == Texts{"né"});
}

TEST_CASE("several files: each its own header, order, decimal sign and constants") {
  const auto book = codebook(R"(
[variables.annee]
type = "integer"
role = "classification"
[variables.academie]
type = "category"
role = "classification"
source = ["academie", "Académie"]
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
)",
                             R"(
[[files]]
match = "*2004*"
decimal = ","
set = { annee = 2004 }
[[files]]
match = "b?.csv"
set = { annee = 2005 }
)");
  std::vector<Text> files;
  files.emplace_back("a2004.csv", "note;académie;Académie\n1,5;x;LYON\n");
  files.emplace_back("b1.csv", "academie,note,annee\nPARIS,2.5,1999\n");
  files.emplace_back("c.csv", "annee|academie|note\n2006|NICE|\n");
  ImportReport report;
  const auto source = read_csv(options(book, files), report);
  CHECK(report.rows == 3);
  CHECK(report.ignored_columns == Texts{"académie", "annee"});
  CHECK(column_of(*source, "annee") == Texts{"2004", "2005", "2006"});
  CHECK(column_of(*source, "academie") == Texts{"LYON", "PARIS", "NICE"});
  CHECK(column_of(*source, "note") == Texts{"15", "25", "NULL"});
  CHECK(source->dictionary("academie") == Texts{"LYON", "NICE", "PARIS"});
}

TEST_CASE("codes are recoded, then padded; missing texts are NULL") {
  const auto source = read_one("code,n\n1,1\n01,x\n2A,5\n9,\n-,-9\n,2\né,3\n", "", R"(
[variables.code]
type = "category"
role = "classification"
recode = { "9" = "-", "1" = "7" }
pad = 3
missing = ["", "-"]
[variables.n]
type = "integer"
role = "measure"
missing = ["", "x", "-9"]
recode = { "5" = "50" }
)");
  CHECK(column_of(*source, "code") == Texts{"007", "001", "02A", "NULL", "NULL", "NULL", "00é"});
  CHECK(column_of(*source, "n") == Texts{"1", "NULL", "50", "NULL", "NULL", "2", "3"});
}

TEST_CASE(
    "one decimal that the scale can't hold makes the column doubles, the earlier values too") {
  std::vector<Text> files;
  files.emplace_back("a.csv", "academie,note\nA,0.1\nA,\nA,1.5\nA,0.125\nA,7\nA,\n");
  auto import = options(codebook(two_variables), files);
  import.segment_rows = 2;
  const auto source = read_all(import);
  CHECK(source->column("note")->kind == sceau::disclosure::ColumnKind::real);
  CHECK(column_of(*source, "note") ==
        Texts{"0.10000000000000001", "NULL", "1.5", "0.125", "7", "NULL"});
}

TEST_CASE("pseudonyms are made of the recoded code, by domain, and never from a clear copy") {
  constexpr const char* variables = R"(
[variables.a]
type = "text"
role = "identifier"
domain = "ine"
pad = 4
[variables.b]
type = "text"
role = "identifier"
domain = "ine"
[variables.c]
type = "text"
role = "identifier"
)";
  std::vector<Text> files;
  files.emplace_back("a.csv", "a,b,c\n7,0007,0007\n,,\n");
  auto import = options(codebook(variables), files);
  import.domain_key = [](const std::string& domain) { return key_of(domain == "ine" ? 1 : 2);
};
const auto source = read_all(import);
CHECK(column_of(*source, "a") == column_of(*source, "b"));
CHECK(column_of(*source, "a") != column_of(*source, "c"));
CHECK(column_of(*source, "a")[1] == "NULL");
CHECK(column_of(*source, "a")[0].size() == 32);
}

TEST_CASE("skip keeps the good rows, seals the bad lines, and drops the codes that only they had") {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv",
                     "academie,note\nLYON,1\nONLYBAD,x\nPARIS,2,3\nNICE,4\nLY\"ON,5\nMETZ,\"6\"\n"
                     "A\xff,x\n");
  auto import = options(codebook(two_variables), files);
  import.on_error = OnError::skip;
  const ImportReport report = import_csv(import, folder / "t.store", key_of(1));
  CHECK(report.rows == 3);
  CHECK(report.rejected == 4);
  REQUIRE(report.faults.size() == 4);
  CHECK(report.faults[0].rule == "import.bad_decimal");
  CHECK(report.faults[0].line == 3);
  CHECK(report.faults[0].column == "note");
  CHECK(report.faults[0].count == 2);
  CHECK(report.faults[1].rule == "import.ragged");
  CHECK(report.faults[2].rule == "import.bad_quote");
  CHECK(report.faults[3].rule == "import.bad_utf8");
  const Store store = Store::open(folder / "t.store", key_of(1));
  store.check_all();
  CHECK(store.manifest().rejected == 4);
  const auto rejects = store.rejects(100);
  REQUIRE(rejects.size() == 4);
  CHECK(rejects[0].text == "ONLYBAD,x");
  CHECK(rejects[0].file == "a.csv");
  CHECK(rejects[0].line == 3);
  CHECK(rejects[0].rule == "import.bad_decimal");
  CHECK(rejects[1].text == "PARIS,2,3");
  CHECK(rejects[2].text == "LY\"ON,5");
  CHECK(rejects[2].line == 6);
  CHECK(rejects[3].line == 8);
  CHECK(store.rejects(1).size() == 1);
  const StackedSource source({&store}, std::nullopt);
  CHECK(source.dictionary("academie") == Texts{"LYON", "METZ", "NICE"});
  CHECK(column_of(source, "academie") == Texts{"LYON", "NICE", "METZ"});
  // What loses the place in a file stops all the same.
  std::vector<Text> cut;
  cut.emplace_back("a.csv", "academie,note\nLYON,1\n\"NICE");
  auto skip = options(codebook(two_variables), cut);
  skip.on_error = OnError::skip;
  CHECK(refusal([&] { (void)import_csv(skip, folder / "u.store", key_of(1)); }) ==
        "import.unclosed_quote");
  CHECK_FALSE(std::filesystem::exists(folder / "u.store"));
}

TEST_CASE("a dry run tells every class of fault and every unknown code, and writes nothing") {
  std::vector<Text> files;
  files.emplace_back("a.csv", "sexe,note,ine\nF,1,A\nX,y,B\nX,2,C\nZ,z,D\n");
  files.emplace_back("b.csv", "");
  files.emplace_back("c.csv", "sexe,ine\nF,E\n");
  files.emplace_back("d.csv", "sexe,note,ine\nF,3,F\n");
  const auto import = options(codebook(R"(
[variables.sexe]
type = "category"
role = "classification"
values = { F = { fr = "F" } }
[variables.note]
type = "integer"
role = "measure"
[variables.ine]
type = "text"
role = "identifier"
)"),
                              files);
  const ImportReport report = dry_run(import);
  CHECK(report.rows == 2);
  CHECK(report.rejected == 3);
  REQUIRE(report.faults.size() == 4);
  const auto& unknown = report.faults[0];
  CHECK(unknown.rule == "import.unknown_code");
  CHECK(unknown.count == 3);
  CHECK(unknown.line == 3);
  CHECK(report.faults[1].rule == "import.bad_integer");
  CHECK(report.faults[1].count == 2);
  CHECK(report.faults[2].rule == "import.empty_file");
  CHECK(report.faults[2].file == "b.csv");
  CHECK(report.faults[3].rule == "import.missing_column");
  CHECK(text(report.faults[3].rule, report.faults[3].args) ==
        "c.csv has no column 'note'; its header holds: sexe, ine");
  CHECK(report.unknown_codes == std::map<std::string, std::map<std::string, std::uint64_t>>{
                                    {"sexe", {{"X", 2}, {"Z", 1}}}});
}

TEST_CASE("progress is told, up to the last byte and row") {
  std::string content = "academie,note\n";
  for (int i = 0; i < 100000; ++i) content += "LYON,1\n";
  std::vector<Text> files;
  files.emplace_back("a.csv", content);
  files.emplace_back("b.csv", content);
  auto import = options(codebook(two_variables), files);
  std::vector<ImportProgress> told;
  import.progress = [&](const ImportProgress& progress) { told.push_back(progress);
};
(void)read_all(import);
CHECK(told.size() > 4);
CHECK(told.back().bytes == 2 * content.size());
CHECK(told.back().total_bytes == 2 * content.size());
CHECK(told.back().rows == 200000);
CHECK(std::ranges::is_sorted(told, {}, &ImportProgress::rows));
}

TEST_CASE("an import that passes its memory ends, says how far it came, and leaves nothing") {
  std::string content = "id\n";
  for (int i = 0; i < 200'000; ++i) content += std::to_string(i) + "\n";
  std::vector<Text> files;
  files.emplace_back("a.csv", content);
  auto given =
      options(codebook("[variables.id]\ntype = \"category\"\nrole = \"classification\"\n"), files);
  given.block_size = 16U << 10;
  given.memory = 4U << 20;
  const Folder folder;
  CHECK(refusal([&] { (void)import_csv(given, folder / "a.store", key_of(1)); }) ==
        "import.out_of_memory");
  CHECK(std::filesystem::is_empty(folder.path()));
  given.memory = 64U << 20;
  std::vector<Text> again;
  again.emplace_back("a.csv", content);
  given.files = {again.front().file()};
  CHECK(import_csv(given, folder / "a.store", key_of(1)).rows == 200'000);
}

TEST_CASE("globs match as in a shell") {
  CHECK(options(codebook(two_variables), {}).files.empty());
  struct Glob {
    const char* glob;
    const char* name;
    bool match;
  };
  for (const auto& [glob, name, match] :
       {Glob{"*", "", true}, Glob{"*.csv", "a.csv", true}, Glob{"*.csv", "a.csv.gz", false},
        Glob{"*2004*.csv", "x2004y.csv", true}, Glob{"?.csv", "ab.csv", false},
        Glob{"a*b*c", "aXbYbZc", true}, Glob{"a*b*c", "aXbYbZ", false}, Glob{"", "a", false},
        Glob{"**", "abc", true}, Glob{"a", "a", true}}) {
    CAPTURE(glob);
    CAPTURE(name);
    const std::string dataset =
        std::string("[[files]]\nmatch = \"") + glob + "\"\nset = { note = 9 }\n";
    if (std::string_view(glob).empty()) continue;
    std::vector<Text> files;
    files.emplace_back(name, "academie,note\nLYON,1\n");
    const auto source = read_all(options(codebook(two_variables, dataset), files));
    CHECK(column_of(*source, "note") == Texts{match ? "90" : "10"});
  }
}
