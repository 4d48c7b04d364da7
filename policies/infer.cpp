#include "policies/infer.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "policies/codebook_check.h"
#include "policies/fault.h"
#include "policies/infer_column.h"

namespace sceau::policies {
namespace {

constexpr std::size_t longest_name = 63;

// U+00C0 to U+00FF without their accents; × and ÷ are no letters.
constexpr std::array<std::string_view, 64> latin = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "_", "o", "u", "u", "u", "u", "y", "th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "_", "o", "u", "u", "u", "u", "y", "th", "y"};

/// Plain letters for the character that begins at `text[at]`, whose length is added to `at`.
std::string_view plain_letter(std::string_view text, std::size_t& at, std::array<char, 1>& room) {
  const auto byte = static_cast<unsigned char>(text[at++]);
  if (byte < 0x80) {
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool kept = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
    room[0] = upper ? static_cast<char>(byte - 'A' + 'a') : kept ? static_cast<char>(byte) : '_';
    return {room.data(), 1};
  }
  std::uint32_t point = byte < 0xE0 ? byte & 0x1FU : 0;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
    point = (point << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  if (byte >= 0xE0) return "_";
  if (point >= 0xC0 && point <= 0xFF) return latin.at(point - 0xC0);
  if (point == 0x152 || point == 0x153) return "oe";
  return "_";
}

bool may_be_a_source(std::string_view header) {
  return !header.empty() && std::none_of(header.begin(), header.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
  });
}

}  // namespace

std::string sql_name(std::string_view header) {
  std::string name;
  std::array<char, 1> room{};
  for (std::size_t at = 0; at < header.size();) {
    for (const char c : plain_letter(header, at, room)) {
      if (c != '_' || (!name.empty() && name.back() != '_')) name += c;
    }
  }
  if (name.size() > longest_name) name.resize(longest_name);
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty()) return "v";
  if (name.front() >= '0' && name.front() <= '9') name.insert(0, "v_");
  if (name == "vintage" || name == "row") name.insert(0, "v_");
  if (name.size() > longest_name) name.resize(longest_name);
  return name;
}

class Inference::Column {
 public:
  explicit Column(std::string header) : header_(std::move(header)) {}
  [[nodiscard]] const std::string& header() const { return header_; }
  ColumnEvidence evidence;

 private:
  std::string header_;
};

Inference::Inference(std::string_view dataset)
    : dataset_(is_name(dataset) ? std::string(dataset) : sql_name(dataset)) {}
Inference::~Inference() = default;
Inference::Inference(Inference&&) noexcept = default;
Inference& Inference::operator=(Inference&&) noexcept = default;

void Inference::begin_file(std::span<const std::string_view> header) {
  std::set<std::string_view> seen;
  file_.clear();
  for (const std::string_view name : header) {
    if (!is_utf8(name)) {
      throw PolicyError(Fault::contradiction, {}, "the header is not UTF-8",
                        "convert the file, for instance: iconv -f windows-1252 -t utf-8");
    }
    if (!may_be_a_source(name)) {
      file_.push_back(nullptr);
      ++left_out_;
      continue;
    }
    if (!seen.insert(name).second) {
      throw PolicyError(Fault::contradiction, {},
                        "the header names the column \"" + std::string(name) + "\" twice",
                        "rename one of them in the file");
    }
    auto found = std::find_if(columns_.begin(), columns_.end(),
                              [&](const auto& column) { return column->header() == name; });
    if (found == columns_.end()) {
      if (columns_.size() >= max_variables) {
        file_.push_back(nullptr);
        ++left_out_;
        continue;
      }
      columns_.push_back(std::make_unique<Column>(std::string(name)));
      found = std::prev(columns_.end());
    }
    file_.push_back(found->get());
  }
}

bool Inference::add_row(std::span<const std::string_view> cells) {
  if (cells.size() != file_.size()) {
    ++ragged_;
    return false;
  }
  ++rows_;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (file_[i] != nullptr) file_[i]->evidence.add(cells[i]);
  }
  return true;
}

Inferred Inference::finish() const {
  if (columns_.empty()) {
    throw PolicyError(Fault::missing, {}, "the files have no column with a name",
                      "the first line of a CSV file names its columns");
  }
  Inferred made;
  Codebook& book = made.codebook;
  book.name = dataset_;
  book.population = dataset_;
  book.unit = "row";
  const auto has = [&](char sign) {
    return std::any_of(columns_.begin(), columns_.end(),
                       [&](const auto& column) { return column->evidence.has_decimals(sign); });
  };
  const char decimal = has(',') && !has('.') ? ',' : '.';
  if (decimal == ',') {
    FileRule rule;
    rule.match = "*";
    rule.decimal = ',';
    book.files.push_back(rule);
  }
  std::set<std::string> names;
  for (const auto& column : columns_) {
    const ColumnGuess guess = column->evidence.guess(decimal);
    Variable variable;
    variable.name = sql_name(column->header());
    for (int i = 2; !names.insert(variable.name).second; ++i) {
      const std::string behind = "_" + std::to_string(i);
      variable.name = sql_name(column->header()).substr(0, longest_name - behind.size()) + behind;
    }
    variable.type = guess.type;
    variable.role = guess.role;
    // Always said: another column's header may be this one's name.
    variable.source = {column->header()};
    variable.values = guess.values;
    variable.missing = guess.missing;
    variable.decimals = guess.decimals;
    if (variable.role == Role::identifier) variable.domain = variable.name;
    made.comments[variable.name] = {guess.comment};
    book.variables.push_back(std::move(variable));
  }
  std::vector<std::string>& top = made.comments[""];
  top.push_back("A first guess from " + std::to_string(rows_) +
                " rows: check every role before you seal anything.");
  if (ragged_ > 0) {
    top.push_back(std::to_string(ragged_) + " rows had another number of cells than the header.");
  }
  if (left_out_ > 0) {
    top.push_back(std::to_string(left_out_) +
                  " columns are left out: without a name, or behind the 256th.");
  }
  return made;
}

}  // namespace sceau::policies
