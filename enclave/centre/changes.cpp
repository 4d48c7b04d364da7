#include "enclave/centre/changes.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "disclosure/tabulation.h"
#include "enclave/centre/print.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;
using disclosure::Tabulation;

constexpr std::size_t most_cells_listed = 40;

/// Values of a cell by its column's name.
using Values = std::map<std::string, Json>;

std::map<std::string, Values> cells_of(const std::string& table) {
  std::map<std::string, Values> cells;
  const auto json = Json::parse(table, nullptr, false);
  if (!json.is_object()) return cells;
  const auto columns = json.value("columns", Json::array());
  for (const auto& cell : json.value("cells", Json::array())) {
    auto& values = cells[cell.value("cell", Json::object()).dump()];
    const auto list = cell.value("values", Json::array());
    for (std::size_t i = 0; i < list.size() && i < columns.size(); ++i) {
      values[columns[i].value("name", "")] = list[i];
    }
  }
  return cells;
}

Json cell_changes(const std::string& before, const std::string& now) {
  const auto old_cells = cells_of(before);
  const auto new_cells = cells_of(now);
  std::size_t added = 0;
  Json changed = Json::array();
  for (const auto& [key, values] : new_cells) {
    const auto old = old_cells.find(key);
    if (old == old_cells.end()) {
      ++added;
      continue;
    }
    Json was = Json::object();
    Json is = Json::object();
    for (const auto& [column, value] : values) {
      const auto there = old->second.find(column);
      if (there == old->second.end() || there->second == value) continue;
      was[column] = there->second;
      is[column] = value;
    }
    if (!is.empty()) {
      changed.push_back({{"cell", Json::parse(key)}, {"before", was}, {"now", is}});
    }
  }
  const auto kept = static_cast<std::size_t>(
      std::count_if(old_cells.begin(), old_cells.end(),
                    [&](const auto& cell) { return new_cells.contains(cell.first); }));
  return {{"added", added}, {"removed", old_cells.size() - kept}, {"changed", std::move(changed)}};
}

Json set_changes(const std::set<std::string>& before, const std::set<std::string>& now) {
  Json added = Json::array();
  Json removed = Json::array();
  for (const auto& one : now) {
    if (!before.contains(one)) added.push_back(one);
  }
  for (const auto& one : before) {
    if (!now.contains(one)) removed.push_back(one);
  }
  if (added.empty() && removed.empty()) return nullptr;
  return {{"added", std::move(added)}, {"removed", std::move(removed)}};
}

std::set<std::string> dimensions_of(const Tabulation& tabulation) {
  std::set<std::string> names;
  for (const auto& dimension : tabulation.dimensions) {
    const auto* variable = std::get_if<std::string>(&dimension.from);
    const bool plain = variable != nullptr && *variable == dimension.name;
    names.insert(plain                 ? dimension.name
                 : variable != nullptr ? dimension.name + " (" + *variable + ")"
                                       : dimension.name + " (recoded)");
  }
  return names;
}

std::set<std::string> statistics_of(const Tabulation& tabulation) {
  std::set<std::string> names;
  for (const auto& column : tabulation.columns) names.insert(disclosure::describe(column));
  return names;
}

void compare_questions(const OutputRow& before, const OutputRow& now, Json& json) {
  if (before.opaque || now.opaque) {
    if (before.opaque != now.opaque)
      json["kind"] = {{"before", before.opaque ? "file" : "table"},
                      {"now", now.opaque ? "file" : "table"}};
    return;
  }
  if (before.tabulation == now.tabulation) return;
  const auto was = disclosure::tabulation_from_json(before.tabulation);
  const auto is = disclosure::tabulation_from_json(now.tabulation);
  const auto note = [&](const char* key, Json difference) {
    if (!difference.is_null()) json[key] = std::move(difference);
  };
  json["question"] = "other";
  note("statistics", set_changes(statistics_of(was), statistics_of(is)));
  note("dimensions", set_changes(dimensions_of(was), dimensions_of(is)));
  note("vintages", set_changes({was.vintages.begin(), was.vintages.end()},
                               {is.vintages.begin(), is.vintages.end()}));
  if (was.where != is.where) {
    json["condition"] = {{"before", disclosure::describe(was.where)},
                         {"now", disclosure::describe(is.where)}};
  }
}

Json output_changes(const OutputRow& before, const OutputRow& now) {
  Json json = {{"output", now.number}, {"name", now.name}};
  const bool same_file = before.sha256 == now.sha256;
  const bool same = same_file && before.tabulation == now.tabulation &&
                    before.verdict == now.verdict && before.judgement == now.judgement;
  json["since"] = same ? "same" : "changed";
  json["file"] = same_file ? "same" : "other";
  if (same) return json;
  if (before.verdict != now.verdict) {
    json["verdict"] = {{"before", before.verdict}, {"now", now.verdict}};
  }
  if (before.judgement != now.judgement) json["findings"] = "other";
  compare_questions(before, now, json);
  if (!before.opaque && !now.opaque && before.table != now.table) {
    json["cells"] = cell_changes(before.table, now.table);
  }
  return json;
}

/// Of its name, or where that is not known any more, of its number.
const OutputRow* counterpart(const std::vector<OutputRow>& outputs, const OutputRow& wanted) {
  const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const OutputRow& output) {
    const bool unnamed = output.name.empty() || wanted.name.empty();
    return unnamed ? output.number == wanted.number : output.name == wanted.name;
  });
  return found == outputs.end() ? nullptr : &*found;
}

std::string list_text(const Json& list, const char* sign) {
  std::string text;
  for (const auto& one : list) text += std::string(" ") + sign + one.get<std::string>();
  return text;
}

std::string values_text(const Json& values) {
  std::string text;
  for (const auto& [column, value] : values.items()) {
    text += (text.empty() ? "" : ", ") + column + " " +
            (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

std::string cells_text(const Json& cells, std::string_view language) {
  const auto& changed = cells.at("changed");
  auto shown = text("shown.changed_cells",
                    {grouped(changed.size()), grouped(cells.value("added", std::uint64_t{0})),
                     grouped(cells.value("removed", std::uint64_t{0}))},
                    language) +
               "\n";
  for (std::size_t i = 0; i < changed.size() && i < most_cells_listed; ++i) {
    shown += "        " + printable(values_text(changed[i].at("cell"))) + ": " +
             printable(values_text(changed[i].at("before"))) + " -> " +
             printable(values_text(changed[i].at("now"))) + "\n";
  }
  if (changed.size() > most_cells_listed) {
    shown += "        " +
             text("shown.more_changes", {grouped(changed.size() - most_cells_listed)}, language) +
             "\n";
  }
  return shown;
}

}  // namespace

Json changes_between(const RequestRow& earlier, const std::vector<OutputRow>& before,
                     const std::vector<OutputRow>& now) {
  Json outputs = Json::array();
  std::set<int> met;
  for (const auto& output : now) {
    const auto* old = counterpart(before, output);
    if (old == nullptr) {
      outputs.push_back({{"output", output.number}, {"name", output.name}, {"since", "new"}});
      continue;
    }
    met.insert(old->number);
    outputs.push_back(output_changes(*old, output));
  }
  for (const auto& output : before) {
    if (met.contains(output.number)) continue;
    outputs.push_back({{"output", output.number}, {"name", output.name}, {"since", "gone"}});
  }
  return {{"request", earlier.id}, {"turn", earlier.turn}, {"outputs", std::move(outputs)}};
}

std::string changes_text(const Json& changes, std::string_view language) {
  auto shown =
      "\n" +
      text("shown.changes",
           {changes.value("request", ""), std::to_string(changes.value("turn", 0))}, language) +
      "\n";
  for (const auto& output : changes.at("outputs")) {
    const auto since = output.value("since", "");
    shown += "  " + std::to_string(output.value("output", 0)) + "  " +
             printable(output.value("name", "")) + "  " + word(since, language);
    if (since == "changed") {
      shown += text("shown.changed_file", {output.value("file", "")}, language);
    }
    if (output.contains("verdict")) {
      shown += text("shown.changed_verdict",
                    {output["verdict"].value("before", ""), output["verdict"].value("now", "")},
                    language);
    }
    shown += "\n";
    for (const auto* key : {"statistics", "dimensions", "vintages"}) {
      if (!output.contains(key)) continue;
      shown += "      " +
               text("shown.changed_list",
                    {key, printable(list_text(output[key]["added"], "+") +
                                    list_text(output[key]["removed"], "-"))},
                    language) +
               "\n";
    }
    if (output.contains("condition")) {
      shown += "      " +
               text("shown.changed_condition",
                    {printable(output["condition"].value("before", "")),
                     printable(output["condition"].value("now", ""))},
                    language) +
               "\n";
    }
    if (output.contains("cells")) shown += cells_text(output["cells"], language);
  }
  return shown;
}

}  // namespace sceau::enclave
