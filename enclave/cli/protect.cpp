// `sceau protect`: a table of cells with its primary suppressions in, a pattern that is certified
// out. Needs no centre. Where a cell can't be certified nothing is written and the answer is no.

#include "enclave/cli/protect.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "disclosure/cell_table.h"
#include "disclosure/csv_text.h"
#include "disclosure/linear_program.h"
#include "disclosure/suppress.h"
#include "enclave/centre/print.h"
#include "enclave/cli/cell_file.h"
#include "enclave/cli/files.h"
#include "enclave/fault.h"
#include "enclave/keys/descriptor.h"
#include "enclave/messages.h"
#include "enclave/store/csv_reader.h"
#include "policies/decimal.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;
using disclosure::CellAudit;
using disclosure::Safety;
using disclosure::SumSystem;
using disclosure::Suppression;
using disclosure::TableFault;

constexpr std::size_t most_cells_shown = 20;
constexpr std::uint64_t exact_nodes = 200'000;

std::optional<std::int64_t> whole_number(const Client& client, std::string_view option,
                                         std::int64_t most) {
  const auto text = client.arguments.maybe(option);
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc{} || stopped != end || number < 0 || number > most) {
    throw EnclaveError(Fault::usage, "protect.option",
                       {std::string(option), "0 … " + std::to_string(most)});
  }
  return number;
}

CellFileRules rules_of(const Client& client) {
  CellFileRules rules;
  const auto zeros = client.arguments.maybe("zeros").value_or("published");
  if (zeros != "published" && zeros != "hidden") {
    throw EnclaveError(Fault::usage, "protect.option", {"zeros", "published, hidden"});
  }
  rules.zeros_published = zeros == "published";
  rules.least = whole_number(client, "least", 1);
  return rules;
}

void take_hierarchies(const Client& client, disclosure::CellTable& table) {
  for (const auto& word : client.arguments.many("hierarchy")) {
    const auto sign = word.find('=');
    const auto name = word.substr(0, sign);
    const auto dimension =
        std::find_if(table.dimensions.begin(), table.dimensions.end(),
                     [&](const auto& candidate) { return candidate.name == name; });
    if (sign == std::string::npos || dimension == table.dimensions.end()) {
      throw EnclaveError(Fault::usage, "protect.hierarchy", {name});
    }
    const auto file = word.substr(sign + 1);
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (opened.get() < 0) throw EnclaveError(Fault::bad_input, "protect.cannot_read", {file});
    read_hierarchy(opened.get(), file, *dimension);
  }
}

std::string name_of(const disclosure::CellTable& table, const std::vector<std::uint32_t>& codes) {
  std::string name;
  for (std::size_t d = 0; d < codes.size(); ++d) {
    name +=
        (d == 0 ? "" : ", ") + table.dimensions[d].name + " " + table.dimensions[d].codes[codes[d]];
  }
  return printable(name);
}

[[noreturn]] void refuse(const disclosure::CellTable& table, const TableFault& fault) {
  const auto cell = name_of(table, fault.cell);
  const auto& dimension = table.dimensions[fault.dimension].name;
  switch (fault.kind) {
    case TableFault::Kind::not_additive:
      throw EnclaveError(Fault::bad_input, "protect.not_additive", {cell, dimension});
    case TableFault::Kind::twice:
      throw EnclaveError(Fault::bad_input, "protect.twice", {cell});
    case TableFault::Kind::below_least:
      throw EnclaveError(Fault::bad_input, "protect.below_least", {cell});
    case TableFault::Kind::zero_is_primary:
      throw EnclaveError(Fault::bad_input, "protect.zero_is_primary", {cell});
    case TableFault::Kind::circle:
      throw EnclaveError(Fault::bad_input, "protect.circle", {dimension});
    case TableFault::Kind::too_large:
      throw EnclaveError(Fault::bad_input, "protect.too_large",
                         {grouped(disclosure::most_combinations)});
  }
  throw EnclaveError(Fault::internal, "centre.internal", {"a fault of a table"});
}

struct Counts {
  std::size_t published = 0;
  std::size_t primary = 0;
  std::size_t secondary = 0;
  std::size_t certified = 0;
};

Counts counts_of(const disclosure::CellTable& table, const Suppression& found) {
  Counts counts;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    ++(table.cells[i].primary  ? counts.primary
       : found.pattern[i] != 0 ? counts.secondary
                               : counts.published);
  }
  for (const auto& audit : found.audits) counts.certified += audit.safety == Safety::certified;
  return counts;
}

std::string_view word_of(Safety safety) {
  switch (safety) {
    case Safety::certified:
      return "certified";
    case Safety::unsafe:
      return "unsafe";
    case Safety::not_certified:
      return "not_certified";
  }
  return "not_certified";
}

std::string amount(std::int64_t number, int scale) {
  return policies::to_string(policies::Decimal{number, scale});
}

/// One row a cell; a hidden one has a status and no numbers.
std::string csv_of(const CellFile& file, const Suppression& found) {
  std::vector<std::string> words;
  std::string csv;
  const auto line = [&] {
    const std::vector<std::string_view> fields(words.begin(), words.end());
    csv += to_line(fields, ',') + "\n";
    words.clear();
  };
  for (const auto& dimension : file.table.dimensions) {
    words.push_back(disclosure::never_a_formula(dimension.name));
  }
  words.insert(words.end(), file.numbers_header.begin(), file.numbers_header.end());
  words.emplace_back("status");
  line();
  for (std::size_t i = 0; i < file.table.cells.size(); ++i) {
    const auto& cell = file.table.cells[i];
    for (std::size_t d = 0; d < cell.codes.size(); ++d) {
      words.push_back(disclosure::never_a_formula(file.table.dimensions[d].codes[cell.codes[d]]));
    }
    const bool hidden = found.pattern[i] != 0;
    for (const auto& number : file.numbers[i]) words.push_back(hidden ? "" : number);
    words.emplace_back(cell.primary ? "primary" : hidden ? "secondary" : "published");
    line();
  }
  return csv;
}

Json json_of(const CellFile& file, const Suppression& found, const Counts& counts, bool exact) {
  Json open = Json::array();
  for (const auto& audit : found.audits) {
    if (audit.safety == Safety::certified) continue;
    Json cell = Json::object();
    const auto& codes = file.table.cells[audit.cell].codes;
    for (std::size_t d = 0; d < codes.size(); ++d) {
      cell[file.table.dimensions[d].name] = file.table.dimensions[d].codes[codes[d]];
    }
    open.push_back({{"cell", cell}, {"safety", word_of(audit.safety)}});
  }
  Json document = {{"format", 1},
                   {"protected", found.all_certified()},
                   {"cells", file.table.cells.size()},
                   {"published", counts.published},
                   {"primary", counts.primary},
                   {"secondary", counts.secondary},
                   {"suppressed_cost", amount(found.cost, file.cost_scale)},
                   {"certified", counts.certified},
                   {"uncertified", open}};
  if (exact) {
    document["least_cost"] = amount(found.bound, file.cost_scale);
    document["gap"] = amount(found.cost - found.bound, file.cost_scale);
  }
  return document;
}

std::string text_of(const Client& client, const CellFile& file, const Suppression& found,
                    const Counts& counts) {
  auto words = text(found.all_certified() ? "shown.protected" : "shown.not_protected",
                    {grouped(counts.certified), grouped(counts.primary), grouped(counts.secondary),
                     amount(found.cost, file.cost_scale), grouped(counts.published)},
                    client.language) +
               "\n";
  std::size_t shown = 0;
  for (const auto& audit : found.audits) {
    if (audit.safety == Safety::certified || shown++ == most_cells_shown) continue;
    const auto cell = name_of(file.table, file.table.cells[audit.cell].codes);
    words += text(audit.safety == Safety::unsafe ? "shown.cell_unsafe" : "shown.cell_uncertified",
                  {cell}, client.language) +
             "\n";
  }
  return words;
}

}  // namespace

int protect_command(const Client& client) {
  disclosure::keep_memory_between_programs();
  const auto rules = rules_of(client);
  OpenedFiles opened;
  open_files(client.arguments, opened);
  if (opened.files.size() != 1) throw EnclaveError(Fault::usage, "protect.one_table");
  auto file = read_cells(opened.files[0].fd, opened.files[0].name, rules);
  take_hierarchies(client, file.table);
  const auto bound = disclosure::bind(file.table);
  if (const auto* fault = std::get_if<TableFault>(&bound)) refuse(file.table, *fault);
  disclosure::SuppressBudget budget;
  if (const auto steps = whole_number(client, "budget", 1'000'000'000)) {
    budget.steps = static_cast<std::uint64_t>(*steps);
    budget.audit.steps = budget.steps;
  }
  if (client.arguments.has("exact")) {
    budget.nodes = client.arguments.has("budget") ? budget.steps : exact_nodes;
  }
  const auto found = disclosure::suppress(std::get<SumSystem>(bound), budget);
  const auto counts = counts_of(file.table, found);
  const bool safe = found.all_certified();
  const auto out = client.arguments.maybe("out");
  if (safe && out) write_new_file(*out, csv_of(file, found));
  if (client.json) {
    client.output.out(json_of(file, found, counts, client.arguments.has("exact")).dump() + "\n");
    return safe ? 0 : 1;
  }
  if (safe && !out) client.output.out(csv_of(file, found));
  const auto words = text_of(client, file, found, counts);
  (out ? client.output.out : client.output.err)(words);
  return safe ? 0 : 1;
}

}  // namespace sceau::enclave
