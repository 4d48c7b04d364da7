#include "enclave/cli/cell_file.h"

#include <algorithm>
#include <array>
#include <map>

#include "enclave/fault.h"
#include "enclave/store/csv_reader.h"
#include "policies/decimal.h"

namespace sceau::enclave {
namespace {

using policies::Decimal;

constexpr const char* total_code = "Total";
constexpr std::int64_t default_width = 2;  // three possible values at least
constexpr std::array known_columns = {"freq", "value", "primary", "lpl", "upl", "cost"};

/// Every record of a file, with its line.
class Records final : public RecordSink {
 public:
  explicit Records(std::string name) : name_(std::move(name)) {}

  struct Line {
    std::uint64_t number;
    std::vector<std::string> fields;
  };

  bool record(const Record& record) override {
    lines_.push_back({record.line, {record.fields.begin(), record.fields.end()}});
    for (const auto& field : lines_.back().fields) {
      if (field.find('\xff') != std::string::npos) refuse(record.line);
    }
    return true;
  }
  bool broken(const Record& record, std::string_view, std::string_view) override {
    refuse(record.line);
  }
  bool chunk() override { return true; }

  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }

 private:
  [[noreturn]] void refuse(std::uint64_t line) const {
    throw EnclaveError(Fault::bad_input, "protect.line", {name_, std::to_string(line)});
  }

  std::string name_;
  std::vector<Line> lines_;
};

/// Where the columns stand.
struct Columns {
  std::size_t codes = 0;  // so many come first
  std::map<std::string, std::size_t> at;

  [[nodiscard]] bool has(const std::string& name) const { return at.contains(name); }
};

Columns columns_of(const std::vector<std::string>& header, const std::string& name) {
  Columns columns;
  const auto freq = std::find(header.begin(), header.end(), "freq");
  columns.codes = static_cast<std::size_t>(freq - header.begin());
  if (freq == header.end() || columns.codes == 0) {
    throw EnclaveError(Fault::bad_input, "protect.columns", {name});
  }
  for (auto i = columns.codes; i < header.size(); ++i) {
    const bool known =
        std::find(known_columns.begin(), known_columns.end(), header[i]) != known_columns.end();
    if (!known || !columns.at.emplace(header[i], i).second) {
      throw EnclaveError(Fault::bad_input, "protect.unknown_column", {name, header[i]});
    }
  }
  if (!columns.has("primary")) throw EnclaveError(Fault::bad_input, "protect.no_primary", {name});
  return columns;
}

/// The file's columns as numbers of one scale each.
class Numbers {
 public:
  Numbers(const Records& records, const Columns& columns, std::string name)
      : records_(records), columns_(columns), name_(std::move(name)) {}

  /// nullopt: the field is empty, or there is no such column.
  [[nodiscard]] std::optional<Decimal> decimal(std::size_t line, const std::string& column) const {
    const auto at = columns_.at.find(column);
    if (at == columns_.at.end()) return std::nullopt;
    const auto& record = records_.lines()[line];
    const auto& text = record.fields[at->second];
    if (text.empty()) return std::nullopt;
    const auto number = policies::parse_decimal(text);
    if (!number) refuse(line, column);
    return number;
  }

  [[nodiscard]] int scale(const std::vector<std::string>& of) const {
    int most = 0;
    for (std::size_t line = 0; line < records_.lines().size(); ++line) {
      for (const auto& column : of) {
        if (const auto number = decimal(line, column)) most = std::max(most, number->scale);
      }
    }
    return most;
  }

  /// Scaled up; refused where it leaves 64 bits.
  [[nodiscard]] std::optional<std::int64_t> scaled(std::size_t line, const std::string& column,
                                                   int scale) const {
    auto number = decimal(line, column);
    if (!number) return std::nullopt;
    if (number->scale > scale) refuse(line, column);
    for (; number->scale < scale; ++number->scale) {
      if (__builtin_mul_overflow(number->mantissa, 10, &number->mantissa)) refuse(line, column);
    }
    if (number->mantissa > disclosure::largest_value ||
        number->mantissa < -disclosure::largest_value) {
      refuse(line, column);
    }
    return number->mantissa;
  }

  [[nodiscard]] std::int64_t natural(std::size_t line, const std::string& column, int scale,
                                     std::int64_t largest) const {
    const auto number = scaled(line, column, scale);
    if (!number || *number < 0 || *number > largest) refuse(line, column);
    return *number;
  }

  [[noreturn]] void refuse(std::size_t line, const std::string& column) const {
    throw EnclaveError(Fault::bad_input, "protect.number",
                       {name_, std::to_string(records_.lines()[line].number), column});
  }

  [[nodiscard]] bool primary(std::size_t line) const {
    const auto& record = records_.lines()[line];
    const auto& text = record.fields[columns_.at.at("primary")];
    if (text != "0" && text != "1") {
      throw EnclaveError(Fault::bad_input, "protect.flag", {name_, std::to_string(record.number)});
    }
    return text == "1";
  }

 private:
  const Records& records_;
  const Columns& columns_;
  std::string name_;
};

disclosure::Demand demand_of(const Numbers& numbers, std::size_t line, int scale) {
  const bool below = numbers.decimal(line, "lpl").has_value();
  const bool above = numbers.decimal(line, "upl").has_value();
  disclosure::Demand demand;
  if (below) demand.below = numbers.natural(line, "lpl", scale, disclosure::largest_value);
  if (above) demand.above = numbers.natural(line, "upl", scale, disclosure::largest_value);
  if (demand.below + demand.above < default_width) demand.width = default_width;
  return demand;
}

/// The place of a code in its dimension, which it enters where it is new.
std::uint32_t code_of(disclosure::TableDimension& dimension,
                      std::map<std::string, std::uint32_t>& places, const std::string& code) {
  const auto next = static_cast<std::uint32_t>(dimension.codes.size());
  const auto [at, is_new] = places.emplace(code, next);
  if (is_new) {
    dimension.codes.push_back(code);
    if (code == total_code) dimension.total = next;
  }
  return at->second;
}

}  // namespace

CellFile read_cells(int fd, const std::string& name, const CellFileRules& rules) {
  TextInput input(fd, name, "");
  CsvReader reader(input, name, std::nullopt, {known_columns.begin(), known_columns.end()});
  const auto header = reader.header();
  const auto columns = columns_of(header, name);
  Records records(name);
  reader.read(records);
  const Numbers numbers(records, columns, name);
  const bool counts = !columns.has("value");
  const std::string quantity = counts ? "freq" : "value";

  CellFile file;
  auto& table = file.table;
  table.counts = counts;
  table.zeros_published = rules.zeros_published;
  const int scale = numbers.scale({quantity, "lpl", "upl"});
  const std::string cost = columns.has("cost") ? "cost" : "freq";
  file.cost_scale = numbers.scale({cost});
  table.least = counts && rules.zeros_published ? 1 : 0;
  if (rules.least) table.least = *rules.least;
  for (int i = 0; i < scale; ++i) table.least *= 10;
  std::vector<std::map<std::string, std::uint32_t>> places(columns.codes);
  table.dimensions.resize(columns.codes);
  for (std::size_t d = 0; d < columns.codes; ++d) table.dimensions[d].name = header[d];
  file.numbers_header.emplace_back("freq");
  if (!counts) file.numbers_header.emplace_back("value");
  for (std::size_t line = 0; line < records.lines().size(); ++line) {
    const auto& fields = records.lines()[line].fields;
    disclosure::TableCell cell;
    for (std::size_t d = 0; d < columns.codes; ++d) {
      cell.codes.push_back(code_of(table.dimensions[d], places[d], fields[d]));
    }
    const auto units = numbers.natural(line, "freq", 0, disclosure::largest_value);
    const auto value = numbers.scaled(line, quantity, scale);
    if (!value) numbers.refuse(line, quantity);
    cell.value = *value;
    cell.single = units == 1;
    cell.cost = numbers.natural(line, cost, file.cost_scale, disclosure::largest_cost);
    cell.primary = numbers.primary(line);
    if (cell.primary) cell.demand = demand_of(numbers, line, scale);
    table.cells.push_back(std::move(cell));
    file.numbers.emplace_back();
    for (const auto& column : file.numbers_header) {
      file.numbers.back().push_back(fields[columns.at.at(column)]);
    }
  }
  return file;
}

void read_hierarchy(int fd, const std::string& name, disclosure::TableDimension& dimension) {
  TextInput input(fd, name, "");
  CsvReader reader(input, name, std::nullopt, {"code", "parent"});
  if (reader.header() != std::vector<std::string>{"code", "parent"}) {
    throw EnclaveError(Fault::bad_input, "protect.hierarchy_columns", {name});
  }
  Records records(name);
  reader.read(records);
  const auto place = [&](const Records::Line& line, const std::string& code) {
    const auto at = std::find(dimension.codes.begin(), dimension.codes.end(), code);
    if (at == dimension.codes.end()) {
      throw EnclaveError(Fault::bad_input, "protect.hierarchy_code",
                         {name, std::to_string(line.number), dimension.name});
    }
    return static_cast<std::uint32_t>(at - dimension.codes.begin());
  };
  disclosure::CodeTree tree;
  for (const auto& line : records.lines()) {
    const auto& parent = line.fields[1];
    if (parent.empty() || parent == total_code) continue;
    tree.emplace_back(place(line, line.fields[0]), place(line, parent));
  }
  dimension.trees.push_back(std::move(tree));
}

}  // namespace sceau::enclave
