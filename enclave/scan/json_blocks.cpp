// Records and columns of a JSON document: every object and array that holds two scalars or more is
// a line, and those that hold many are columns, too. Its texts are read as texts: what a notebook
// printed stands there.
#include <nlohmann/json.hpp>

#include "enclave/scan/blocks.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t least_column = 3;

class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return scalar(""); }
  bool boolean(bool value) override { return scalar(value ? "1" : "0"); }
  bool number_integer(number_integer_t value) override { return scalar(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return scalar(text); }
  bool string(string_t& value) override {
    constexpr std::size_t longest_field = 200;
    strings_ += value;
    if (!value.ends_with('\n')) strings_ += '\n';
    return scalar(value.size() <= longest_field ? value : "");
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return start(); }
  bool start_array(std::size_t) override { return start(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  std::vector<std::vector<std::string>> groups;
  [[nodiscard]] std::string take_strings() { return std::move(strings_); }

 private:
  bool scalar(std::string text) {
    if (!open_.empty()) open_.back().push_back(std::move(text));
    return true;
  }
  bool start() {
    open_.emplace_back();
    return true;
  }
  bool end() {
    if (open_.back().size() >= 2) groups.push_back(std::move(open_.back()));
    open_.pop_back();
    return true;
  }

  std::vector<std::vector<std::string>> open_;
  std::string strings_;
};

}  // namespace

bool add_json(Blocks& into, std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || (text[first] != '{' && text[first] != '[')) return false;
  Reader reader;
  if (!nlohmann::json::sax_parse(text, &reader)) return false;
  std::map<std::size_t, Block> by_width;
  auto kept = std::make_unique<std::string>();
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const auto& group : reader.groups) {
    if (group.size() > most_fields) continue;
    for (const auto& field : group) {
      places.emplace_back(kept->size(), field.size());
      *kept += field + "\n";
    }
  }
  std::size_t at = 0;
  for (const auto& group : reader.groups) {
    if (group.size() > most_fields) continue;
    auto& block = by_width[group.size()];
    block.width = group.size();
    for (std::size_t i = 0; i < group.size(); ++i, ++at) {
      block.fields.push_back(std::string_view(*kept).substr(places[at].first, places[at].second));
    }
  }
  for (auto& [width, block] : by_width) into.blocks.push_back(std::move(block));
  into.texts.push_back(std::move(kept));
  std::erase_if(reader.groups, [](const auto& group) { return group.size() < least_column; });
  add_columns(into, std::move(reader.groups));
  add_text(into, std::make_unique<std::string>(reader.take_strings()));
  return true;
}

}  // namespace sceau::enclave
