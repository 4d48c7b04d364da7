#include "enclave/centre/acro_export.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "enclave/centre/judgement_json.h"
#include "enclave/store/manifest.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format_version = "0.4.0";  // of ACRO's folder, not of any program here

std::string flag_of(std::string_view rule) {
  if (rule == "dominance") return "nk-rule";
  if (rule == "p_percent") return "p-ratio";
  if (rule == "homogeneity") return "all-values-are-same";
  return std::string(rule);
}

/// How many columns of a CSV file stand in its header.
std::size_t header_columns(std::string_view file) {
  std::size_t columns = 1;
  bool quoted = false;
  for (const char c : file) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) ++columns;
    if (c == '\n' && !quoted) break;
  }
  return columns;
}

std::string row_name(const Json& cell) {
  std::string name;
  for (const auto& [dimension, code] : cell.items()) {
    name += (name.empty() ? "" : " | ") +
            (code.is_string() ? code.get<std::string>() : std::string("NA"));
  }
  return name.empty() ? "all" : name;
}

/// Flags of a table: where they stand, and in words.
struct Flagged {
  Json cells = {{"negative", Json::array()},  {"missing", Json::array()},
                {"threshold", Json::array()}, {"p-ratio", Json::array()},
                {"nk-rule", Json::array()},   {"all-values-are-same", Json::array()}};
  Json outcome = Json::object();
  bool suppressed = false;
};

void flag_cell(const Json& cell, std::size_t row, const std::vector<std::string>& statistics,
               std::size_t first, Flagged& flagged) {
  for (std::size_t c = 0; c < statistics.size(); ++c) {
    std::vector<std::string> flags;
    for (const auto& flag : cell.at("flags")) {
      const auto statistic = flag.value("statistic", "");
      if (!statistic.empty() && statistic != statistics[c]) continue;
      const auto name = flag_of(flag.value("rule", ""));
      if (std::find(flags.begin(), flags.end(), name) == flags.end()) flags.push_back(name);
    }
    std::string words;
    for (const auto& name : flags) {
      if (first + c > 0) flagged.cells[name].push_back({row, first + c - 1});
      words += name + "; ";
    }
    flagged.outcome[statistics[c]][row_name(cell.at("cell"))] = words.empty() ? "ok" : words;
  }
}

Flagged flagged_of(const OutputRow& output) {
  Flagged flagged;
  const auto table = Json::parse(output.table);
  const auto& statistics = output.statistics;
  // A figure has no columns to point at; its flags are those of the table beneath.
  const auto columns = output.chart.empty() ? header_columns(output.file) : statistics.size() + 1;
  const auto first = columns >= statistics.size() ? columns - statistics.size() : 0;
  std::size_t row = 0;
  for (const auto& cell : table.at("cells")) {
    flagged.suppressed = flagged.suppressed || cell.value("suppressed", false);
    flag_cell(cell, row++, statistics, first, flagged);
  }
  return flagged;
}

std::string summary_of(const OutputRow& output, const Json& cells) {
  std::string summary = output.verdict + "; ";
  for (const auto& [flag, places] : cells.items()) {
    if (!places.empty()) summary += flag + ": " + std::to_string(places.size()) + " cells; ";
  }
  return summary;
}

Json file_of(const OutputRow& output, const Flagged& flagged) {
  if (output.table.empty()) return {{"name", output.name}, {"sdc", Json::object()}};
  Json summary = {{"suppressed", flagged.suppressed}};
  for (const auto& [flag, places] : flagged.cells.items()) summary[flag] = places.size();
  return {{"name", output.name}, {"sdc", {{"summary", summary}, {"cells", flagged.cells}}}};
}

Json result_of(const RequestRow& request, const OutputRow& output) {
  const bool table = !output.table.empty() && output.chart.empty();
  Flagged flagged;
  if (!output.table.empty()) flagged = flagged_of(output);
  Json comments = Json::array({output.title});
  for (const auto& finding : judgement_from_json(output.judgement).findings) {
    if (finding.cell.empty()) {
      comments.push_back(std::string(policies::to_string(finding.rule)) + ": " +
                         disclosure::text(finding.message, "en"));
    }
  }
  return {{"uid", request.id + "-" + std::to_string(output.number)},
          {"status", output.verdict},
          {"type", table ? "table" : "custom"},
          {"properties", table ? Json{{"method", "crosstab"}} : Json::object()},
          {"files", Json::array({file_of(output, flagged)})},
          {"outcome", flagged.outcome},
          {"command", output.sql},
          {"summary", output.table.empty() ? output.verdict : summary_of(output, flagged.cells)},
          {"timestamp", request.submitted},
          {"comments", std::move(comments)},
          {"exception", output.exception}};
}

Json config_of(const policies::Policy& policy) {
  using policies::Rule;
  const auto if_on = [&](Rule rule, const Json& value) {
    return policy.enforces(rule) ? value : Json();
  };
  Json n;
  Json k;
  if (policy.enforces(Rule::dominance) && !policy.dominance.empty()) {
    n = policy.dominance.front().n;
    k = policies::to_double(policy.dominance.front().share);
  }
  return {
      {"safe_threshold", if_on(Rule::threshold, policy.threshold.minimum)},
      {"safe_dof_threshold", if_on(Rule::degrees_of_freedom, policy.degrees_of_freedom.minimum)},
      {"safe_nk_n", n},
      {"safe_nk_k", k},
      {"safe_pratio_p", if_on(Rule::p_percent, policies::to_double(policy.p_percent.share))},
      {"check_missing_values", false},
      {"survival_safe_threshold", if_on(Rule::threshold, policy.threshold.minimum)},
      {"zeros_are_disclosive", policy.threshold.zeros == policies::Zeros::disclosive}};
}

std::string written(const Json& json) {
  return json.dump(4, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::vector<AcroFile> acro_folder(const RequestRow& request, const std::vector<OutputRow>& outputs,
                                  const policies::Policy& policy) {
  Json results = Json::object();
  std::vector<AcroFile> files;
  for (const auto& output : outputs) {
    auto result = result_of(request, output);
    const auto uid = result.at("uid").get<std::string>();
    results[uid] = std::move(result);
    files.push_back({output.name, output.file});
  }
  files.push_back(
      {"results.json",
       written({{"version", format_version},
                {"results", std::move(results)},
                {"sceau",
                 {{"request", request.id},
                  {"turn", request.turn},
                  {"policy", {{"name", policy.name}, {"sha256", request.policy_sha256}}}}}})});
  files.push_back({"config.json", written(config_of(policy))});
  const auto made = files.size();
  for (std::size_t i = 0; i < made; ++i) {
    files.push_back({"checksums/" + files[i].name + ".txt", sha256_hex(files[i].bytes)});
  }
  return files;
}

}  // namespace sceau::enclave
