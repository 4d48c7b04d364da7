// What a reviewer needs to decide: tables with their flagged cells, findings with meaning and
// remedy, decisions so far, and what is out already.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "disclosure/examine.h"
#include "enclave/centre/binding.h"
#include "enclave/centre/changes.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/centre/review.h"
#include "enclave/centre/review_table.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_findings_shown = 40;
constexpr std::size_t opaque_bytes_shown = 2000;

struct Shown {
  RequestRow request;
  std::vector<OutputRow> outputs;
  std::vector<DecisionRow> decisions;
  policies::Policy policy;
  std::optional<Json> changes;  ///< since the turn before
  std::optional<std::string> replaced_by;
};

// -- JSON: verdict.json with the reviewer's evidence
// ------------------------------------------------

/// An exception that was asked for where nothing fails.
bool is_needless(const OutputRow& output) {
  return !output.exception.empty() && output.verdict != "fail";
}

Json described(const Call& call, const Shown& shown, const OutputRow& output) {
  const auto judgement = judgement_from_json(output.judgement);
  std::optional<disclosure::Tabulation> tabulation;
  if (!output.opaque) tabulation = disclosure::tabulation_from_json(output.tabulation);
  auto json =
      Json::parse(disclosure::to_json(judgement, output.name, tabulation ? &*tabulation : nullptr,
                                      output.cells, call.command.language, finding_text));
  json["number"] = output.number;
  json["title"] = output.title;
  json["exception"] = output.exception;
  if (is_needless(output)) json["exception_needless"] = true;
  json["sql"] = output.sql;
  if (output.erased) json["erased"] = true;
  if (!output.claim.empty()) json["claim"] = Json::parse(output.claim, nullptr, false);
  if (!output.chart.empty()) json["chart"] = output.chart;
  json["sha256"] = output.sha256;
  json["bytes"] = output.file.size();
  json["state"] = output.state;
  json["reviewers_needed"] = reviewers_needed(shown.policy, output);
  if (!output.protection.empty()) json["protection"] = Json::parse(output.protection);
  if (!output.table.empty()) json[output.opaque ? "file" : "table"] = Json::parse(output.table);
  return json;
}

Json decision_json(const Call& call, const DecisionRow& row) {
  return {{"output", row.output},     {"turn", row.turn},
          {"decision", row.decision}, {"by", call.state.registry.name_of(row.reviewer)},
          {"comment", row.comment},   {"note", row.note},
          {"time", row.time}};
}

Json related_json(const Call& call, const Shown& shown) {
  Json list = Json::array();
  std::vector<std::string> seen;
  for (const auto& output : shown.outputs) {
    if (output.opaque || std::find(seen.begin(), seen.end(), output.population) != seen.end()) {
      continue;
    }
    seen.push_back(output.population);
    for (const auto& row : call.state.registry.history(output.population, shown.request.id)) {
      list.push_back({{"request", row.request},
                      {"output", row.output},
                      {"project", row.project},
                      {"state", row.state}});
    }
  }
  return list;
}

Json comments_json(const Call& call, const Shown& shown) {
  Json list = Json::array();
  for (const auto& row : call.state.registry.comments(shown.request.id)) {
    list.push_back({{"turn", row.turn},
                    {"by", call.state.registry.name_of(row.actor)},
                    {"comment", row.erased ? Json(nullptr) : Json(row.words)},
                    {"time", row.time}});
  }
  return list;
}

Json document_of(const Call& call, const Shown& shown) {
  Json outputs = Json::array();
  for (const auto& output : shown.outputs) outputs.push_back(described(call, shown, output));
  Json decisions = Json::array();
  for (const auto& row : shown.decisions) decisions.push_back(decision_json(call, row));
  Json json = {
      {"format", 1},
      {"request", shown.request.id},
      {"policy", {{"name", shown.request.policy}, {"sha256", shown.request.policy_sha256}}},
      {"verdict", shown.request.verdict},
      {"state", shown.request.state},
      {"turn", shown.request.turn},
      {"project", shown.request.project},
      {"by", call.state.registry.name_of(shown.request.actor)},
      {"submitted", shown.request.submitted},
      {"outputs", std::move(outputs)},
      {"decisions", std::move(decisions)},
      {"comments", comments_json(call, shown)},
      {"related", related_json(call, shown)}};
  if (shown.replaced_by) json["replaced_by"] = *shown.replaced_by;
  if (shown.changes) json["changes"] = *shown.changes;
  if (const auto revoked = call.state.registry.revocation(shown.request.id)) {
    json["revoked"] = {{"by", call.state.registry.name_of(revoked->actor)},
                       {"comment", revoked->comment},
                       {"time", revoked->time}};
  }
  return json;
}

// -- text
// -------------------------------------------------------------------------------------------

std::string cell_name(const std::vector<disclosure::Coordinate>& cell,
                      const std::string& language) {
  std::string name;
  for (const auto& part : cell) {
    const auto code = part.is_total ? std::string("Total") : part.code.value_or("NA");
    name += (name.empty() ? "" : ", ") + part.dimension + " " + code;
  }
  return name.empty() ? word("the output", language) : name;
}

std::string findings_text(const disclosure::Judgement& judgement, const std::string& language) {
  if (judgement.findings.empty()) return text("shown.no_findings", {}, language) + "\n";
  std::string shown;
  std::vector<std::string> remedies;
  for (std::size_t i = 0; i < judgement.findings.size(); ++i) {
    const auto& finding = judgement.findings[i];
    const auto remedy = disclosure::remedy(finding, language);
    if (!remedy.empty() && std::find(remedies.begin(), remedies.end(), remedy) == remedies.end()) {
      remedies.push_back(remedy);
    }
    if (i == most_findings_shown) {
      shown += "  " +
               text("shown.more_findings", {grouped(judgement.findings.size() - i)}, language) +
               "\n";
    }
    if (i >= most_findings_shown) continue;
    shown +=
        "  " + std::string(disclosure::to_string(finding.verdict)) + "  " +
        std::string(policies::to_string(finding.rule)) + "  " +
        printable(cell_name(finding.cell, language)) + ": " +
        printable(finding_text(finding.message, language)) +
        (finding.waived.empty() ? "" : "  " + text("shown.waived", {finding.waived}, language)) +
        "\n";
  }
  for (const auto& remedy : remedies) {
    shown += "  " + text("shown.remedy", {printable(remedy)}, language) + "\n";
  }
  return shown;
}

/// A file's lines, each made printable; CR before LF is part of the line's end.
std::string lines_of(std::string_view bytes) {
  std::string lines;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    auto line = bytes.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines += "    " + printable(line) + "\n";
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return lines;
}

/// What another tool said, as a claim: nothing here has checked it.
std::string claim_text(const Call& call, const OutputRow& output) {
  const auto claim = Json::parse(output.claim, nullptr, false);
  if (!claim.is_object()) return line(call, "shown.claim_unreadable");
  const auto word = [&](const char* key) {
    const auto at = claim.find(key);
    return at != claim.end() && at->is_string() ? printable(at->get<std::string>()) : "";
  };
  std::string text =
      line(call, "shown.claim", {word("tool"), word("version"), word("status"), word("summary")});
  text += output.opaque ? line(call, "shown.claim_unchecked")
                        : line(call, "shown.claim_recomputed", {output.verdict});
  if (!word("command").empty()) text += line(call, "shown.claim_command", {word("command")});
  return text;
}

/// What the examiner found it to be, and whether it could be searched.
std::string file_text(const Call& call, const OutputRow& output) {
  const auto file = Json::parse(output.table);
  const auto searched = file.value("search", "");
  const char* how = "shown.file_not_searched";
  if (searched == "whole") how = "shown.file_searched";
  if (searched == "part") how = "shown.file_searched_part";
  if (searched == "pictures") how = "shown.file_picture";
  const auto encoding = file.value("encoding", "");
  return line(call, "shown.file_type",
              {file.value("type", "") + (encoding.empty() ? "" : ", " + encoding)}) +
         line(call, how);
}

std::string output_text(const Call& call, const Shown& shown, const OutputRow& output) {
  const auto judgement = judgement_from_json(output.judgement);
  std::string text =
      "\n" + line(call, "shown.output",
                  {std::to_string(output.number), output.name, output.verdict, output.state,
                   std::to_string(reviewers_needed(shown.policy, output))});
  if (output.erased) text += line(call, "shown.output_erased");
  text += line(call, "shown.output_title", {printable(output.title)});
  if (!output.exception.empty()) {
    text += line(call,
                 is_needless(output) ? "shown.output_exception_needless" : "shown.output_exception",
                 {printable(output.exception)});
  }
  text += line(call, "shown.output_asked", {printable(output.sql)});
  if (!output.claim.empty()) text += claim_text(call, output);
  if (!output.chart.empty()) text += line(call, "shown.output_chart", {output.chart});
  text += line(call, "shown.output_sha256", {output.sha256}) + "\n";
  if (!output.protection.empty()) text += protection_text(output.protection, call.command.language);
  if (!output.opaque && !output.table.empty()) {
    text += table_text(output.table, call.command.language) + "\n";
  } else {
    if (output.opaque && !output.table.empty()) text += file_text(call, output);
    text += line(call, "shown.output_bytes", {grouped(output.file.size())}) +
            lines_of(std::string_view(output.file).substr(0, opaque_bytes_shown)) + "\n";
  }
  return text + findings_text(judgement, call.command.language);
}

std::string related_text(const Call& call, const Shown& shown) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& item : related_json(call, shown)) {
    rows.push_back({item.value("request", "") + "/" + std::to_string(item.value("output", 0)),
                    item.value("state", ""), item.value("project", "")});
  }
  if (rows.empty()) {
    // What is no tabulation has no population to look under: nothing was compared.
    const bool compared = std::any_of(shown.outputs.begin(), shown.outputs.end(),
                                      [](const auto& output) { return !output.opaque; });
    return "\n" + line(call, compared ? "shown.nothing_related" : "shown.not_compared");
  }
  return "\n" + line(call, "shown.related") +
         aligned(call.command.language, {"output", "state", "project"}, rows);
}

std::string text_of(const Call& call, const Shown& shown) {
  const auto& request = shown.request;
  std::string text = request.id + "  " + request.verdict + "  " + request.state + "\n";
  text += line(call, "shown.request_project",
               {request.project, call.state.registry.name_of(request.actor)});
  text += line(call, "shown.request_policy", {request.policy, request.policy_sha256.substr(0, 16)});
  text += line(call, "shown.request_submitted", {request.submitted, std::to_string(request.turn)});
  for (const auto& output : shown.outputs) text += output_text(call, shown, output);
  if (shown.changes) text += changes_text(*shown.changes, call.command.language);
  for (const auto& row : call.state.registry.comments(request.id)) {
    text += "\n" + line(call, "shown.says",
                        {call.state.registry.name_of(row.actor),
                         row.erased ? said(call, "shown.erased") : printable(row.words)});
  }
  for (const auto& row : shown.decisions) {
    text += "\n" + said(call, "shown.decision",
                        {row.decision, std::to_string(row.output),
                         call.state.registry.name_of(row.reviewer), printable(row.comment)});
    if (!row.note.empty()) {
      text += said(call, "shown.decision_note", {printable(row.note)});
    }
    text += "\n";
  }
  if (const auto revoked = call.state.registry.revocation(request.id)) {
    text += "\n" + line(call, "shown.revoked",
                        {revoked->time, call.state.registry.name_of(revoked->actor),
                         printable(revoked->comment)});
  }
  if (shown.replaced_by) {
    text += "\n" + line(call, "shown.replaced_by", {*shown.replaced_by});
  }
  return text + related_text(call, shown);
}

/// What is known of the turn before; nullopt where there was none.
std::optional<Json> changes_of(const Call& call, const RequestRow& request) {
  if (request.replaces.empty()) return std::nullopt;
  const auto earlier = request_of(call.state, request.replaces);
  const auto before = call.state.registry.outputs(earlier.id);
  verify_request(call.state, earlier, before);
  return changes_between(earlier, before, call.state.registry.outputs(request.id));
}

}  // namespace

int review_show(const Call& call) {
  const Held held(call.state.mutex);
  const auto id = call.arguments.one("REQUEST");
  auto request = request_of(call.state, id);
  const auto by = require_reviewer(call.state, call.person, request);
  const auto outputs = call.state.registry.outputs(id);
  verify_request(call.state, request, outputs);
  record_view(call.state, request, by);
  const Shown shown{
      request_of(call.state, id),
      chosen_outputs(call.state.registry.outputs(id), id, call.arguments.one("output")),
      call.state.registry.decisions(id),
      policy_version(call.state, request.policy, request.policy_sha256).policy,
      changes_of(call, request),
      call.state.registry.replaced_by(id)};
  call.output.out(
      call.command.json
          ? document_of(call, shown).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
          : text_of(call, shown));
  return 0;
}

}  // namespace sceau::enclave
