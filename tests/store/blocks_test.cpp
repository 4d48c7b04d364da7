// Blocks and threads change nothing: what is found equals what libcsv finds in the whole text, and
// what many threads import equals what one does, messages and all.
#include <rapidcheck.h>
#include <unistd.h>

#include <cstdio>
#include <tuple>

#include "enclave/store/field_table.h"
#include "enclave/store/record_cutter.h"
#include "tests/store/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
using Texts = std::vector<std::string>;

namespace {

rc::Gen<std::string> text_of(const std::vector<std::string>& parts) {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(parts)),
                      [](const std::vector<std::string>& chosen) {
                        std::string joined;
                        for (const auto& part : chosen) joined += part;
                        return joined;
                      });
}

const std::vector<std::string> unquoted = {"a",
                                           "bc",
                                           "0",
                                           " ",
                                           ";",
                                           ";",
                                           ";",
                                           ",",
                                           "\n",
                                           "\n",
                                           "\r",
                                           "\r\n",
                                           "\xc3\xa9",
                                           "\xff",
                                           std::string(1, '\0'),
                                           "longer than eight bytes"};

std::vector<std::string> with_quotes() {
  auto parts = unquoted;
  for (const char* part : {"\"", "\"", "\"\"", "\"x\"", "\"a\nb\";", ";\"", "\";", "\"\n"}) {
    parts.emplace_back(part);
  }
  return parts;
}

/// A table as texts, its lines counted from `line` on.
struct Shown {
  Texts said;
  std::uint64_t line = 0;
  std::uint64_t rows = 0;
  bool lost = false;

  void add(const FieldTable& table) {
    auto broken = table.broken().begin();
    std::vector<std::string_view> fields;
    for (std::size_t row = 0; row <= table.rows(); ++row) {
      for (; broken != table.broken().end() && broken->before == row; ++broken) {
        said.push_back(std::to_string(line + broken->line) + " " + std::string(broken->rule) + " " +
                       std::to_string(broken->fields) + " " + broken->text);
      }
      if (row == table.rows()) break;
      table.record(row, fields);
      std::string shown = std::to_string(line + table.line(row));
      for (const auto field : fields) shown += "|" + std::string(field);
      said.push_back(shown);
    }
    RC_ASSERT(broken == table.broken().end());
    if (table.lost()) {
      said.push_back(std::to_string(line + table.lost()->line) + " " +
                     std::string(table.lost()->id));
      lost = true;
    }
    line += table.lines();
  }
};

std::string readable(const std::string& text) { return text + std::string(readable_behind, 'z'); }

/// By libcsv, the whole text at once.
Texts whole(const std::string& text, std::size_t columns) {
  FieldTable table;
  table.read_quoted(text, columns, ';', true);
  Shown shown;
  shown.add(table);
  return shown.said;
}

constexpr const char* variables = R"(
[variables.academie]
type = "category"
role = "classification"
[variables.dept]
type = "category"
role = "classification"
parent = "academie"
pad = 2
[variables.sexe]
type = "category"
role = "classification"
values = { F = { fr = "F" }, M = { fr = "M" } }
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
min = 0
max = 20
[variables.ine]
type = "text"
role = "identifier"
)";

rc::Gen<std::string> any_row() {
  const auto field = [](std::vector<std::string> values) { return rc::gen::elementOf(values); };
  return rc::gen::map(
      rc::gen::tuple(
          field({"LYON", "LYON", "PARIS", "", "\"LY\nON\"", "Total", "a long name of one"}),
          field({"1", "01", "69", "75", "", "\"7\"\"5\""}), field({"F", "M", "", "F", "M", "X"}),
          field({"1", "2.5", "20", "", "21", "0.25", "x", "1e1", "\"3\""}),
          field({"A", "B", "", "\xff", "C", "D"}), field({"", "", "", ";more", "\"", "\r"}),
          field({"\n", "\r\n", "\n", "\r"})),
      [](const auto& parts) {
        return std::apply(
            [](const auto& a, const auto& b, const auto& c, const auto& d, const auto& e,
               const auto& odd,
               const auto& end) { return a + ";" + b + ";" + c + ";" + d + ";" + e + odd + end; },
            parts);
      });
}

/// All that an import says and gives.
Texts imported(const std::vector<std::string>& contents, OnError on_error, std::size_t threads,
               std::size_t block_size, std::uint32_t segment_rows = 5) {
  const Folder folder;
  std::vector<Text> files;
  for (const auto& content : contents) {
    files.emplace_back("f" + std::to_string(files.size()) + ".csv", content);
  }
  auto import = options(codebook(variables, "contributors = [\"dept\"]\n"), files);
  import.on_error = on_error;
  import.threads = threads;
  import.block_size = block_size;
  import.segment_rows = segment_rows;
  Texts said;
  ImportReport report;
  try {
    report = import_csv(import, folder / "t.store", key_of(3));
    const Store store = Store::open(folder / "t.store", key_of(3));
    store.check_all();
    for (const auto& reject : store.rejects(1000)) {
      said.push_back(reject.file + std::to_string(reject.line) + reject.rule + reject.text);
    }
    const StackedSource source({&store}, std::nullopt);
    for (const auto& column : store.manifest().columns) {
      said.push_back(column.name + column.encoding + std::to_string(column.distinct));
      for (const auto& name : column.determines) said.push_back(name);
      for (const auto& text : column_of(source, column.name)) said.push_back(text);
    }
  } catch (const EnclaveError& error) {
    said.emplace_back(error.what());
  }
  for (const auto& fault : report.faults) {
    said.push_back(text(fault.rule, fault.args) + std::to_string(fault.count));
  }
  said.push_back(std::to_string(report.rows) + "+" + std::to_string(report.rejected));
  for (const auto& file : files) ::lseek(file.file().fd, 0, SEEK_SET);
  const ImportReport dry = dry_run(import);
  for (const auto& fault : dry.faults) {
    said.push_back(text(fault.rule, fault.args) + std::to_string(fault.count));
  }
  for (const auto& [column, codes] : dry.unknown_codes) {
    for (const auto& [code, count] : codes) said.push_back(column + code + std::to_string(count));
  }
  said.push_back(std::to_string(dry.rows) + "+" + std::to_string(dry.rejected));
  return said;
}

}  // namespace

TEST_CASE("a block without quotes is split as libcsv splits it") {
  CHECK(rc::check([] {
    const std::string text = *text_of(unquoted);
    const auto columns = *rc::gen::inRange<std::size_t>(1, 5);
    const std::string padded = readable(text);
    FieldTable table;
    const std::string earlier = readable("a;b\nc\n");  // a table is used again and again
    table.read(std::string_view(earlier).substr(0, 6), 2, ';', false);
    table.read(std::string_view(padded).substr(0, text.size()), columns, ';', true);
    Shown shown;
    shown.add(table);
    RC_ASSERT(shown.said == whole(text, columns));
  }));
}

TEST_CASE("blocks of any size give the records of the whole text, bad quotes and all") {
  CHECK(rc::check([] {
    const std::string text = *text_of(with_quotes());
    const auto columns = *rc::gen::inRange<std::size_t>(1, 4);
    const auto block_size = *rc::gen::inRange<std::size_t>(1, 40);
    const auto head = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    const Text file("a.csv", text.substr(head));
    TextInput input(file.file().fd, "a.csv", "");
    RecordCutter cutter(input, text.substr(0, head), ';', block_size);
    Block block;
    FieldTable table;
    Shown shown;
    bool last = false;
    while (cutter.next(block)) {
      RC_ASSERT(!last);
      RC_ASSERT(!block.error);
      last = block.last;
      if (shown.lost) continue;
      table.read(block.text(), columns, ';', block.last);
      shown.add(table);
    }
    RC_ASSERT(last);
    RC_ASSERT(shown.said == whole(text, columns));
  }));
}

TEST_CASE("a record that is too long is found at any block size, and what stands before it given") {
#ifdef __SANITIZE_ADDRESS__
  std::puts("skipped: takes minutes under AddressSanitizer; shorter texts run there");
  return;
#endif
  const std::string good = "a;b\n";
  const std::string long_field(longest_line, 'x');
  std::vector<std::string> bad_lines = {
      long_field + ";\n", "\"" + long_field + "\";\n", "\"\n" + long_field,
      std::string(longest_line + 1, ';') + "\n", "x\"" + long_field + "\n"};
  bad_lines.push_back("\"" + std::string(6 * longest_line, '"') + "\n");
  for (const std::string& bad : bad_lines) {
    for (const std::size_t block_size : {std::size_t{1} << 17, std::size_t{16} << 20}) {
      const Text file("a.csv", good + bad + good);
      TextInput input(file.file().fd, "a.csv", "");
      RecordCutter cutter(input, "", ';', block_size);
      Block block;
      FieldTable table;
      std::uint64_t line = 0;
      std::size_t rows = 0;
      std::string said;
      while (said.empty() && cutter.next(block)) {
        CHECK(block.size <= std::max(block_size, longest_record) + block_size);
        if (block.overlong) {
          said = "import.line_too_long " + std::to_string(line);
          break;
        }
        table.read(block.text(), 2, ';', block.last);
        rows += table.rows();
        if (table.lost()) {
          said = std::string(table.lost()->id) + " " + std::to_string(line + table.lost()->line);
        }
        line += table.lines();
      }
      CHECK(said == "import.line_too_long 1");
      CHECK(rows == 1);
    }
  }
  FieldTable table;
  const std::string just = std::string(longest_line - 1, 'x') + ";\n";
  table.read_quoted(just, 2, ';', false);
  CHECK(table.rows() == 1);
  const std::string padded = readable(just);
  table.read(std::string_view(padded).substr(0, just.size()), 2, ';', false);
  CHECK(table.rows() == 1);
}

TEST_CASE("any number of threads imports the same rows and says the same of the same lines") {
  CHECK(rc::check([] {
    const auto files = *rc::gen::inRange(1, 3);
    std::vector<std::string> contents;
    for (int i = 0; i < files; ++i) {
      std::string content = i == 0 ? "\xef\xbb\xbf" : "";
      content += i == 0 ? "academie;dept;sexe;note;ine\n" : "sexe;dept;academie;note;ine\r\n";
      for (const auto& row : *rc::gen::container<std::vector<std::string>>(any_row())) {
        content += row;
      }
      contents.push_back(*rc::gen::arbitrary<bool>() ? gzip(content) : content);
    }
    const OnError on_error = *rc::gen::element(OnError::stop, OnError::skip, OnError::skip);
    const auto expected = imported(contents, on_error, 1, 1U << 20);
    const auto block_size = *rc::gen::inRange<std::size_t>(1, 80);
    RC_ASSERT(imported(contents, on_error, 1, block_size) == expected);
    RC_ASSERT(imported(contents, on_error, 3, block_size) == expected);
  }));
}

TEST_CASE("a dictionary that outgrows its reader's bounds stays whole") {
  std::string content = "academie;dept;sexe;note;ine\n";
  std::string twice;
  for (int i = 0; i < 70'000; ++i) twice += "A" + std::to_string(i) + ";;F;1;\n";
  content += twice + twice;
  const auto one = imported({content}, OnError::stop, 1, 256U << 10, 1U << 15);
  CHECK(imported({content}, OnError::stop, 4, 32U << 10, 1U << 15) == one);
  CHECK(one.front() == "academiedictionary70000");
}
