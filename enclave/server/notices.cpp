#include "enclave/server/notices.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "disclosure/verdict.h"
#include "enclave/messages.h"
#include "enclave/sql/plan.h"
#include "policies/policy.h"

namespace sceau::enclave {
namespace {

using nlohmann::ordered_json;

std::string cell_text(const disclosure::Finding& finding) {
  std::string cell;
  for (const auto& coordinate : finding.cell) {
    if (!cell.empty()) cell += ", ";
    cell += coordinate.dimension + "=";
    cell += coordinate.is_total ? "Total" : coordinate.code.value_or("NA");
  }
  return cell;
}

std::string number_text(double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
  return error == std::errc() ? std::string(digits, end) : std::string();
}

std::optional<std::string> number_cell(const std::optional<double>& value) {
  if (!value) return std::nullopt;
  return number_text(*value);
}

std::optional<std::string> or_null(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::string shown_text(const disclosure::Finding& finding, std::string_view language) {
  auto words = finding_text(finding.message, language);
  if (!finding.waived.empty())
    words += " (" + text("server.waived", {finding.waived}, language) + ")";
  return words;
}

/// The first findings, a line each.
std::string findings_text(const disclosure::Judgement& judgement, std::string_view language) {
  std::string lines;
  const auto& findings = judgement.findings;
  for (std::size_t i = 0; i < findings.size() && i < shown_findings; ++i) {
    const auto cell = cell_text(findings[i]);
    lines += "\n  " + std::string(policies::to_string(findings[i].rule));
    const auto& statistic = findings[i].statistic;
    if (!cell.empty()) lines += " (" + cell + (statistic.empty() ? "" : ", " + statistic) + ")";
    lines += ": " + shown_text(findings[i], language);
  }
  if (findings.size() > shown_findings) {
    lines += "\n  " + text("server.more_findings",
                           {std::to_string(findings.size() - shown_findings)}, language);
  }
  return lines;
}

/// "effectifs.csv: fail" and its first findings.
std::string verdict_text(const JudgedOutput& output, std::string_view language) {
  std::string words = output.name + ": " + std::string(to_string(output.judgement.verdict)) +
                      findings_text(output.judgement, language);
  if (output.exception_needless) words += "\n  " + text("server.exception_needless", {}, language);
  return words;
}

/// verdict.json's element with its findings cut to what a line can bear.
ordered_json output_json(const JudgedOutput& output) {
  auto json = ordered_json::parse(output.verdict_json, nullptr, false);
  if (!json.is_object()) return {{"name", output.name}};
  if (const auto findings = json.find("findings");
      findings != json.end() && findings->is_array() && findings->size() > detail_findings) {
    json["findings_in_all"] = findings->size();
    auto& list = json["findings"];
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(detail_findings), list.end());
  }
  if (output.exception_needless) json["exception_needless"] = true;
  return json;
}

std::string detail(const std::string& request, std::string_view state, disclosure::Verdict verdict,
                   const std::vector<JudgedOutput>& outputs) {
  ordered_json json = {{"format", 1}};
  json["request"] = request.empty() ? ordered_json(nullptr) : ordered_json(request);
  json["state"] = state;
  json["verdict"] = to_string(verdict);
  json["outputs"] = ordered_json::array();
  for (const auto& output : outputs) json["outputs"].push_back(output_json(output));
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

sql::Row finding_row(const disclosure::Finding& finding, std::string_view language) {
  return {std::string(to_string(finding.verdict)),
          std::string(policies::to_string(finding.rule)),
          or_null(cell_text(finding)),
          or_null(finding.statistic),
          number_cell(finding.measured),
          number_cell(finding.limit),
          shown_text(finding, language),
          or_null(disclosure::remedy(finding, language))};
}

}  // namespace

pg::Report pending_notice(const JudgedOutput& output, std::string_view language) {
  pg::Report report;
  report.severity = pg::Severity::notice;
  report.sqlstate = "00000";
  report.message = text("server.so_far", {verdict_text(output, language)}, language) + "\n" +
                   text("server.not_asked", {}, language);
  report.detail = detail("", "draft", output.judgement.verdict, {output});
  return report;
}

bool is_returned(const Submission& submission) { return submission.state == "returned"; }

pg::Report submission_report(const Submission& submission, std::string_view language) {
  std::string verdicts;
  for (const auto& output : submission.outputs) {
    verdicts += (verdicts.empty() ? "" : "\n") + verdict_text(output, language);
  }
  const auto* id = is_returned(submission)          ? "server.request_returned"
                   : submission.state == "approved" ? "server.request_waits"
                                                    : "server.request_made";
  const std::vector<std::string> args = {submission.request, submission.state,
                                         std::string(to_string(submission.verdict)), verdicts};
  pg::Report report;
  report.severity = is_returned(submission) ? pg::Severity::error : pg::Severity::notice;
  report.sqlstate = is_returned(submission) ? "SD002" : "00000";
  report.message = text(id, args, language);
  report.hint = hint(id, args, language);
  report.detail =
      detail(submission.request, submission.state, submission.verdict, submission.outputs);
  return report;
}

pg::Report not_shown(const JudgedOutput& judged, std::string_view language) {
  const auto verdict = std::string(to_string(judged.judgement.verdict));
  auto findings = findings_text(judged.judgement, language);
  if (findings.starts_with('\n')) findings.erase(0, 1);
  pg::Report report;
  report.severity = pg::Severity::error;
  report.sqlstate = "SD001";
  report.message = text("server.not_shown", {verdict, findings});
  report.hint = hint("server.not_shown", {verdict, findings});
  report.detail = detail("", "refused", judged.judgement.verdict, {judged});
  return report;
}

pg::Report aggregates_only(const disclosure::Message& reason, std::string_view language) {
  const std::vector<std::string> args = {finding_text(reason, language)};
  pg::Report report;
  report.severity = pg::Severity::error;
  report.sqlstate = "SD001";
  report.message = text("server.aggregates_only", args);
  report.hint = hint("server.aggregates_only", args);
  return report;
}

std::vector<sql::Row> disclosure_rows(const JudgedOutput& output, std::string_view language) {
  const auto& judgement = output.judgement;
  std::vector<sql::Row> rows;
  const auto summary = judgement.findings.empty() ? "server.nothing_found" : "server.found";
  rows.push_back({std::string(to_string(judgement.verdict)), std::nullopt, std::nullopt,
                  std::nullopt, std::nullopt, std::nullopt,
                  text(summary, {std::to_string(judgement.findings.size())}, language),
                  std::nullopt});
  for (const auto& finding : judgement.findings) rows.push_back(finding_row(finding, language));
  return rows;
}

std::vector<sql::Row> proposal_rows(const JudgedOutput& output, std::string_view language) {
  std::vector<sql::Row> rows;
  for (const auto& one : output.proposals) {
    const std::string way(disclosure::to_string(one.way));
    const auto why = finding_text(one.why, language);
    if (!one.verdict) {
      rows.push_back({way, "none", std::nullopt, std::nullopt, why});
      continue;
    }
    rows.push_back({way, std::string(to_string(*one.verdict)), finding_text(one.effect, language),
                    std::to_string(one.kept), why});
  }
  return rows;
}

std::uint64_t cells_of(const std::vector<JudgedOutput>& outputs) {
  std::uint64_t cells = 0;
  for (const auto& output : outputs) {
    const auto json = ordered_json::parse(output.verdict_json, nullptr, false);
    if (!json.is_object()) continue;
    const auto found = json.find("cells");
    if (found != json.end() && found->is_number_unsigned()) cells += found->get<std::uint64_t>();
  }
  return cells;
}

}  // namespace sceau::enclave
