#include "policies/document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

#include "policies/spelling.h"

namespace sceau::policies {
namespace {

/// The number as the shortest decimal text that reads back as the same double.
std::string shortest(double value) {
  std::array<char, 400> buffer{};
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), result.ptr};
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string printed(const toml::date& date) {
  std::ostringstream out;
  out << date;
  return out.str();
}

const toml::node* step_into(const toml::node& node, std::string_view step) {
  if (const toml::table* table = node.as_table()) return table->get(step);
  if (const toml::array* array = node.as_array()) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
    if (parsed.ec == std::errc{} && index < array->size()) return array->get(index);
  }
  return nullptr;
}

}  // namespace

// ---- Section ---------------------------------------------------------------------------------

std::string Section::full_name(std::string_view key) const {
  if (path_.empty()) return std::string(key);
  return key.empty() ? path_ : path_ + "." + std::string(key);
}

std::string Section::where() const { return document_->where(table_->source()); }

std::string Section::where(std::string_view key) const {
  const auto found = table_->find(key);
  return found == table_->end() ? where() : document_->where(found->first.source());
}

void Section::fail(Fault fault, std::string_view key, const std::string& what,
                   const std::string& hint) const {
  throw PolicyError(fault, where(key), what, hint);
}

void Section::fail_type(std::string_view key, std::string_view expected,
                        const std::string& hint) const {
  fail(Fault::wrong_type, key, full_name(key) + " must be " + std::string(expected), hint);
}

void Section::fail_choice(std::string_view key, const std::string& written,
                          const std::vector<std::string>& names) const {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : " | ") + name;
  fail(Fault::wrong_type, key, full_name(key) + " is " + in_quotes(written) + ", not " + list,
       suggestion(written, names));
}

void Section::allow_only(std::initializer_list<std::string_view> known) const {
  for (const std::string& key : keys()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::vector<std::string> names(known.begin(), known.end());
    fail(Fault::unknown_key, key, "unknown key " + in_quotes(full_name(key)),
         suggestion(key, names));
  }
}

std::vector<std::string> Section::keys() const {
  std::vector<std::pair<toml::source_position, std::string>> found;
  for (const auto& [key, node] : *table_) {
    found.emplace_back(key.source().begin, std::string(key.str()));
  }
  // The parser sorts keys by name; what a person wrote has an order that means something.
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& entry : found) names.push_back(std::move(entry.second));
  return names;
}

void Section::demand(std::string_view key, const std::string& hint) const {
  if (has(key)) return;
  fail(Fault::missing, {}, full_name(key) + " is missing", hint);
}

std::optional<std::string> Section::text(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value == nullptr) fail_type(key, "a text in quotes");
  return value->get();
}

std::string Section::demand_text(std::string_view key) const {
  demand(key);
  return *text(key);
}

std::optional<bool> Section::flag(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_boolean();
  if (value == nullptr) fail_type(key, "true or false");
  return value->get();
}

std::optional<std::int64_t> Section::integer(std::string_view key, std::int64_t low,
                                             std::int64_t high) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() < low || value->get() > high) {
    fail_type(key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value->get();
}

std::int64_t Section::demand_integer(std::string_view key, std::int64_t low,
                                     std::int64_t high) const {
  demand(key);
  return *integer(key, low, high);
}

std::optional<Decimal> Section::decimal(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  std::optional<Decimal> value;
  if (const auto* whole = node->as_integer()) {
    value = parse_decimal(std::to_string(whole->get()));
  } else if (const auto* number = node->as_floating_point()) {
    // "inf" and "nan" are no digits, so they are refused here too.
    value = parse_decimal(shortest(number->get()));
  }
  if (!value) fail_type(key, "a number of at most 18 digits");
  return value;
}

std::optional<std::vector<std::string>> Section::texts(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const toml::array* array = node->as_array();
  const std::string hint = "write " + std::string(key) + " = [\"…\"]";
  if (array == nullptr) fail_type(key, "a list of texts", hint);
  std::vector<std::string> out;
  for (const toml::node& element : *array) {
    const auto* value = element.as_string();
    if (value == nullptr) {
      throw PolicyError(Fault::wrong_type, document_->where(element.source()),
                        full_name(key) + " must hold texts only", hint);
    }
    out.push_back(value->get());
  }
  return out;
}

std::string Section::as_cell(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) demand(key);
  if (const auto* value = node->as_string()) return value->get();
  if (const auto* value = node->as_integer()) return std::to_string(value->get());
  if (node->is_floating_point()) return to_string(*decimal(key));
  if (const auto* value = node->as_date()) return printed(value->get());
  fail_type(key, "a text, a number or a date");
}

std::optional<Section> Section::table(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return std::nullopt;
  const toml::table* value = node->as_table();
  if (value == nullptr) {
    fail_type(key, "a table", "write [" + full_name(key) + "] or " + std::string(key) + " = { … }");
  }
  return Section(*document_, *value, full_name(key));
}

Section Section::demand_table(std::string_view key) const {
  demand(key, "write [" + full_name(key) + "]");
  return *table(key);
}

std::vector<Section> Section::tables(std::string_view key) const {
  const toml::node* node = table_->get(key);
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  const std::string hint = "write [[" + full_name(key) + "]], once for each";
  if (array == nullptr) fail_type(key, "a list of tables", hint);
  std::vector<Section> out;
  for (const toml::node& element : *array) {
    const toml::table* value = element.as_table();
    if (value == nullptr) fail_type(key, "a list of tables", hint);
    out.emplace_back(*document_, *value, full_name(key));
  }
  return out;
}

// ---- Document --------------------------------------------------------------------------------

Document::Document(std::string_view toml, std::string file_name)
    : file_name_(std::move(file_name)) {
  if (toml.size() > max_document_bytes) {
    throw PolicyError(Fault::syntax, file_name_, "the document is larger than 16 MiB");
  }
  try {
    table_ = toml::parse(toml, file_name_);
  } catch (const toml::parse_error& error) {
    const std::string what(error.description());
    std::string hint;
    if (what.find("expected '='") != std::string::npos) {
      hint = "a key with other letters than a-z, A-Z, 0-9, - and _ stands in quotes";
    } else if (what.find("redefine") != std::string::npos) {
      hint = "the same key or table stands twice: keep one of them";
    }
    throw PolicyError(Fault::syntax, where(error.source()), "not valid TOML: " + what, hint);
  }
}

void Document::demand_format() const {
  const Section top = root();
  top.demand("format", "write format = 1 in the first line");
  const toml::node* node = table_.get("format");
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() != 1) {
    top.fail(Fault::wrong_type, "format", "format must be 1",
             "this version of Sceau reads format 1 only");
  }
}

std::string Document::where(const toml::source_region& region) const {
  if (region.begin.line == 0) return file_name_;
  return file_name_ + ":" + std::to_string(region.begin.line) + ":" +
         std::to_string(region.begin.column);
}

std::string Document::where(std::initializer_list<std::string_view> path) const {
  const toml::node* node = &table_;
  std::string deepest = where(table_.source());
  for (const std::string_view step : path) {
    const toml::node* next = step_into(*node, step);
    if (next == nullptr) break;
    deepest = where(next->source());
    if (const toml::table* table = node->as_table()) {
      deepest = where(table->find(step)->first.source());
    }
    node = next;
  }
  return deepest;
}

std::string read_document(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    throw PolicyError(Fault::unreadable, file.string(), "this is a folder, not a file");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw PolicyError(Fault::unreadable, file.string(), "the file can't be opened",
                      "check the path and that you may read it");
  }
  std::string bytes;
  std::array<char, 65536> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    bytes.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > max_document_bytes) {
      throw PolicyError(Fault::unreadable, file.string(), "the document is larger than 16 MiB");
    }
  }
  if (in.bad()) throw PolicyError(Fault::unreadable, file.string(), "the file can't be read");
  return bytes;
}

}  // namespace sceau::policies
