// Bad input, one case each: the message that a newcomer reads, word for word. `stop` leaves nothing
// behind, and no message holds a value of the data.
#include <fcntl.h>
#include <unistd.h>

#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

constexpr const char* variables = R"(
[variables.academie]
type = "category"
role = "classification"
source = ["academie", "Académie"]
[variables.dept]
type = "category"
role = "classification"
parent = "academie"
pad = 2
[variables.sexe]
type = "category"
role = "classification"
values = { "F" = { fr = "Filles" }, "M" = { fr = "Garçons" } }
recode = { "1" = "M", "2" = "F" }
[variables.note]
type = "decimal"
role = "measure"
decimals = 2
min = 0
max = 20
[variables.jour]
type = "date"
role = "classification"
[variables.rang]
type = "integer"
role = "measure"
)";

const std::string header = "academie;dept;sexe;note;jour;rang\n";
const std::string good = "LYON;01;F;12.5;2024-01-31;3\n";

struct Case {
  const char* what;
  std::string content;
  std::string message;
};

/// What `import_csv` says of one file called a.csv, having checked that nothing is left.
std::string said_of(const std::string& content, const std::string& dataset = "") {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv", content);
  const auto import = options(codebook(variables, dataset), files);
  const std::string message =
      message_of([&] { (void)import_csv(import, folder / "t.store", key_of(1)); });
  CHECK(std::filesystem::is_empty(folder.path()) == !message.empty());
  return message;
}

}  // namespace

TEST_CASE("the lines that the cases vary are accepted as they are") {
  CHECK(said_of(header + good) == "");
  CHECK(said_of(header + "LYON;1;2;0;;\n") == "");
  CHECK(said_of(header + "LYON;01;F;20.00;;-5") == "");  // no line end behind the last line
}

TEST_CASE("each bad line has a message with file, line and column, and no value") {
  const std::string line3 = header + good;
  const std::vector<Case> cases = {
      {"a field too few", line3 + "LYON;01;F;1;2024-01-31\nLYON;01;F;1;;\n",
       "a.csv, line 3: 5 fields, where the header has 6"},
      {"a field too many", line3 + "LYON;01;F;1;2024-01-31;3;9\n",
       "a.csv, line 3: 7 fields, where the header has 6"},
      {"a decimal comma that the codebook doesn't announce", line3 + "LYON;01;F;12,5;;\n",
       "a.csv, line 3, column note: not a decimal number"},
      {"a bad integer", line3 + "LYON;01;F;;;3.5\n", "a.csv, line 3, column rang: not an integer"},
      {"an integer beyond 64 bits", line3 + "LYON;01;F;;;9223372036854775808\n",
       "a.csv, line 3, column rang: not an integer"},
      {"a bad date", line3 + "LYON;01;F;;31/01/2024;\n", "a.csv, line 3, column jour: not a date"},
      {"a day that doesn't exist", line3 + "LYON;01;F;;2023-02-29;\n",
       "a.csv, line 3, column jour: not a date"},
      {"a value above the maximum", line3 + "LYON;01;F;20.01;;\n",
       "a.csv, line 3, column note: outside the codebook's bounds 0..20"},
      {"a value below the minimum", line3 + "LYON;01;F;-0.01;;\n",
       "a.csv, line 3, column note: outside the codebook's bounds 0..20"},
      {"a value above the maximum by less than the scale shows", line3 + "LYON;01;F;20.000001;;\n",
       "a.csv, line 3, column note: outside the codebook's bounds 0..20"},
      {"a code that isn't in the list", line3 + "LYON;01;X;;;\n",
       "a.csv, line 3, column sexe: a code that the codebook's list does not have"},
      {"a code spelled as a margin", line3 + "Total;01;F;;;\n",
       "a.csv, line 3, column academie: a code spelled 'Total' or 'NA', which tables use for "
       "margins and missing values"},
      {"a code spelled as a missing value", line3 + "NA;01;F;;;\n",
       "a.csv, line 3, column academie: a code spelled 'Total' or 'NA', which tables use for "
       "margins and missing values"},
      {"an unknown parent", line3 + ";69;F;;;\n",
       "a.csv, line 3, column dept: a code without a code of its parent academie"},
      {"a second parent", line3 + "PARIS;1;F;;;\n",
       "a.csv, line 3, column dept: this code stood under another code of academie on line 2"},
      {"invalid UTF-8", line3 + "LYON;01;F;;;\nR\xc9UNION;01;F;;;\n",
       "a.csv, line 4, column academie: not valid UTF-8"},
      {"a NUL byte", line3 + std::string("LY\0N;01;F;;;\n", 13),
       "a.csv, line 3, column academie: a NUL byte"},
      {"invalid UTF-8 where a number should be", line3 + "LYON;01;F;\xff;;\n",
       "a.csv, line 3, column note: not valid UTF-8"},
      {"a quote inside a value", line3 + "LY\"ON;01;F;;;\n",
       "a.csv, line 3: a quote stands where none may"},
      {"text behind a closing quote", line3 + "\"LY\"ON;01;F;;;\n",
       "a.csv, line 3: a quote stands where none may"},
      {"a quote that never closes", line3 + "LYON;01;F;;;\n\"LYON;01;F;;;\nLYON;01;F;;;\n",
       "a.csv, line 4: a quote opens here, and the file ends before it closes"},
      {"a file cut in mid-line", line3 + "LYON;01;F",
       "a.csv, line 3: the file ends in the middle of this line; it was probably cut"},
      {"a line longer than a mebibyte",
       line3 + "\"" + std::string((1U << 20) + 10, 'x') + "\";01;F;;;\n",
       "a.csv, line 3: the line is longer than 1 MiB"},
      {"a mebibyte without any line end", header + std::string(3U << 20, 'x'),
       "a.csv, line 2: the line is longer than 1 MiB"},
  };
  for (const auto& bad : cases) {
    CAPTURE(bad.what);
    CHECK(said_of(bad.content) == bad.message);
  }
}

TEST_CASE("lines are counted as an editor counts them") {
  CHECK(said_of(header + "\"LY\nON\";01;F;;;\nLYON;02;X;;;\n") ==
        "a.csv, line 4, column sexe: a code that the codebook's list does not have");
  CHECK(said_of("academie;dept;sexe;note;jour;rang\r\nLYON;01;F;;;\r\n\"LY\r\nON\";02;X;;;\r\n") ==
        "a.csv, line 3, column sexe: a code that the codebook's list does not have");
  CHECK(said_of(header + "\n\n" + good + "\nLYON;01;X;;;\n") ==
        "a.csv, line 6, column sexe: a code that the codebook's list does not have");
  CHECK(
      said_of(
          "\"academie\";\"dept\";\"sexe\";\"note\";\"jour\";\"rang\";\"a\nb\"\nLYON;01;X;;;;\n") ==
      "a.csv, line 3, column sexe: a code that the codebook's list does not have");
  // Across the chunks in which the file is read.
  std::string many = header;
  for (int i = 0; i < 20000; ++i) many += "LYON;\"01\";F;;;\r\n";
  CHECK(said_of(many + "LYON;01;X;;;\r\n") ==
        "a.csv, line 20002, column sexe: a code that the codebook's list does not have");
}

TEST_CASE("each bad file has a message of its own") {
  const std::vector<Case> cases = {
      {"empty", "", "a.csv is empty"},
      {"nothing but a byte order mark", "\xef\xbb\xbf", "a.csv is empty"},
      {"a header alone", header, "the files hold a header and no row"},
      {"no header", good + good,
       "a.csv: the first line names none of the codebook's columns; is there a header?"},
      {"a column missing", "academie;dept;sexe;jour;rang\n",
       "a.csv has no column 'note'; its header holds: academie, dept, sexe, jour, rang"},
      {"a column twice", "academie;dept;dept;sexe;note;jour;rang\n",
       "a.csv: two columns are called 'dept'"},
      {"an ignored column twice", "academie;dept;sexe;note;jour;rang;x;x\n",
       "a.csv: two columns are called 'x'"},
      {"both names of one variable", "academie;Académie;dept;sexe;note;jour;rang\n",
       "a.csv: columns 'academie' and 'Académie' both feed variable academie"},
      {"a header with a stray quote", "academie;de\"pt;sexe;note;jour;rang\n",
       "a.csv, line 1: a quote stands where none may"},
      {"UTF-16",
       std::string("\xff\xfe"
                   "a\0c\0",
                   6),
       "a.csv is UTF-16, and the codebook does not say so"},
      {"a spreadsheet", "PK\x03\x04 and so on",
       "a.csv is a zip archive or a spreadsheet, not a CSV file"},
      {"cut gzip", gzip(header + good).substr(0, 60),
       "a.csv: the gzip packing is damaged or cut short"},
      {"gzip with something behind", gzip(header + good) + "more",
       "a.csv: the gzip packing is damaged or cut short"},
  };
  for (const auto& bad : cases) {
    CAPTURE(bad.what);
    CHECK(said_of(bad.content) == bad.message);
  }
  std::string damaged = gzip(header + good);
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  CHECK(said_of(damaged) == "a.csv: the gzip packing is damaged or cut short");
}

TEST_CASE("a first line that is no header is not shown") {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv", "Durand;Marie;2009-05-17\n");
  const auto import = options(codebook(variables), files);
  try {
    (void)import_csv(import, folder / "t.store", key_of(1));
    FAIL("it was accepted");
  } catch (const EnclaveError& error) {
    for (const std::string& shown : {std::string(error.what()), hint(error.id(), error.args())}) {
      CHECK(shown.find("Durand") == std::string::npos);
      CHECK(shown.find("2009") == std::string::npos);
    }
    CHECK(hint(error.id(), error.args()).find("academie") != std::string::npos);
    CHECK(error.fault() == Fault::bad_input);
  }
}

TEST_CASE("every rule of the importer has words and a next step") {
  for (const auto& message : store_messages()) {
    if (!message.id.starts_with("import.")) continue;
    CAPTURE(message.id);
    CHECK_FALSE(message.text.empty());
    if (message.id != "import.cancelled") CHECK_FALSE(message.hint.empty());
  }
}

TEST_CASE("what the codebook says of files can be wrong too") {
  const auto said = [](const std::string& rule) {
    return said_of(header + good, "[[files]]\nmatch = \"*.csv\"\n" + rule);
  };
  CHECK(said("encoding = \"klingon\"") ==
        "a.csv: the codebook names an encoding 'klingon' that is unknown");
  CHECK(said("set = { note = \"treize\" }") ==
        "a.csv: the constant that the codebook sets for note is no value of that variable");
  CHECK(said("set = { sexe = \"Z\" }") ==
        "a.csv: the constant that the codebook sets for sexe is no value of that variable");
  CHECK(said("separator = \",\"") ==
        "a.csv: the first line names none of the codebook's columns; is there a header?");
}

TEST_CASE("a store that is there is not written again, and a file that can't be read says so") {
  const Folder folder;
  std::vector<Text> files;
  files.emplace_back("a.csv", header + good);
  const auto import = options(codebook(variables), files);
  (void)import_csv(import, folder / "t.store", key_of(1));
  const std::string before = read_file(folder / "t.store");
  CHECK(refusal([&] { (void)import_csv(import, folder / "t.store", key_of(1)); }) ==
        "store.exists");
  CHECK(read_file(folder / "t.store") == before);
  auto unreadable = import;
  unreadable.files = {{"a.csv", ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)}};
  CHECK(refusal([&] { (void)import_csv(unreadable, folder / "u.store", key_of(1)); }) ==
        "import.unreadable");
  ::close(unreadable.files[0].fd);
  CHECK(refusal([&] { (void)import_csv(import, folder / "none/t.store", key_of(1)); }) ==
        "store.unwritable");
  auto none = import;
  none.files.clear();
  CHECK(refusal([&] { (void)import_csv(none, folder / "u.store", key_of(1)); }) ==
        "import.no_files");
  auto cancelled = options(codebook(variables), files);
  cancelled.cancelled = [] { return true; };
  CHECK(refusal([&] { (void)import_csv(cancelled, folder / "u.store", key_of(1)); }) ==
        "import.cancelled");
  CHECK_FALSE(std::filesystem::exists(folder / "u.store"));
  CHECK_FALSE(std::filesystem::exists(folder / "u.store.part"));
}
