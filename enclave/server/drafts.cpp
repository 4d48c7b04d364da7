#include "enclave/server/drafts.h"

#include <algorithm>
#include <set>

#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/server/draft_rules.h"
#include "enclave/server/frames.h"
#include "enclave/server/rowtext.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void too_large() {
  throw EnclaveError(Fault::refused, "server.output_too_large",
                     {std::to_string(max_opaque_bytes >> 20)});
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

void write_csv(CopyDraft& copy, const sql::Plan& plan, Workbench& workbench,
               Interruption& interruption) {
  const auto rows = workbench.run(plan, interruption);
  const auto format = csv_file();
  auto& file = copy.draft.opaque;
  file = header_line(plan.columns, format);
  for (sql::Row row; rows->next(row); ++copy.rows) {
    file += row_line(row, format);
    if (file.size() > max_opaque_bytes) too_large();
    if (interruption.asked()) interruption.raise();
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The bytes of a bytea in its text form.
std::string bytes_of(std::string_view text) {
  const auto wrong = [] { throw EnclaveError(Fault::bad_input, "server.bad_bytea"); };
  if (!text.starts_with("\\x") || text.size() % 2 != 0) wrong();
  if (text.size() / 2 > max_opaque_bytes) too_large();
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 2; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) wrong();
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

const std::string& argument(const std::vector<std::optional<std::string>>& values, int parameter,
                            const std::string& literal) {
  if (parameter == 0) return literal;
  const auto index = static_cast<std::size_t>(parameter - 1);
  if (index >= values.size() || !values[index]) {
    throw EnclaveError(Fault::bad_input, "server.egress_null");
  }
  return *values[index];
}

/// A name that says SVG and a chart belong together, and a chart needs a table.
void give_chart(OutputDraft& draft, const std::optional<std::string>& word) {
  const bool svg = draft.name.ends_with(".svg");
  if (!word) {
    if (svg) throw EnclaveError(Fault::usage, "figure.no_chart", {draft.name});
    return;
  }
  draft.chart = disclosure::parse_chart(*word);
  if (!draft.chart) throw EnclaveError(Fault::usage, "figure.chart", {*word});
  if (!svg) throw EnclaveError(Fault::usage, "figure.name", {draft.name});
  if (!draft.tabulation) {
    throw EnclaveError(Fault::usage, "figure.no_table", {finding_text(draft.reason, "en")});
  }
  if (const auto refusal = disclosure::why_no_figure(*draft.tabulation, *draft.chart)) {
    throw EnclaveError(Fault::usage, refusal->id, refusal->args);
  }
}

/// A safe version is one of a table.
void give_protection(OutputDraft& draft, const std::optional<std::string>& word) {
  if (!word) return;
  draft.protect = disclosure::parse_way(*word);
  if (!draft.protect) throw EnclaveError(Fault::usage, "protect.way", {*word});
  if (!draft.tabulation) {
    throw EnclaveError(Fault::usage, "protect.no_table", {finding_text(draft.reason, "en")});
  }
}

}  // namespace

disclosure::Message reason_of(const sql::Plan& plan) {
  if (plan.not_a_tabulation) return *plan.not_a_tabulation;
  return {"tabulation.no_dataset", {}};
}

JudgedOutput PendingRequest::explain(const OutputDraft& draft) {
  auto drafts = drafts_;
  drafts.push_back(draft);
  check_drafts(drafts);
  auto judged = gate_.explain(drafts);
  if (judged.size() != drafts.size()) WireReader::refuse();
  return std::move(judged.back());
}

JudgedOutput PendingRequest::add(OutputDraft draft) {
  auto judged = explain(draft);
  drafts_.push_back(std::move(draft));
  return judged;
}

Submission PendingRequest::submit() {
  const auto drafts = std::exchange(drafts_, {});
  return gate_.submit(drafts);
}

Submission PendingRequest::submit_with(OutputDraft last) {
  auto drafts = std::exchange(drafts_, {});
  drafts.push_back(std::move(last));
  check_drafts(drafts);
  return gate_.submit(drafts);
}

std::size_t PendingRequest::claim(const std::vector<AcroClaim>& claims) {
  if (drafts_.empty()) throw EnclaveError(Fault::usage, "acro.nothing_pending");
  auto drafts = drafts_;
  std::set<const OutputDraft*> claimed;
  for (const auto& claim : claims) {
    const auto found = std::find_if(drafts.begin(), drafts.end(), [&](const OutputDraft& draft) {
      return draft.name == claim.file || draft.name == leaving_name(claim.file);
    });
    if (found == drafts.end()) continue;
    if (!claimed.insert(&*found).second) {
      throw EnclaveError(Fault::bad_input, "acro.twice", {found->name});
    }
    found->claim = claim.json;
    if (found->exception.empty()) found->exception = claim.exception;
  }
  if (claimed.empty()) throw EnclaveError(Fault::bad_input, "acro.no_output");
  check_drafts(drafts);
  drafts_ = std::move(drafts);
  return claimed.size();
}

OutputDraft draft_of_explain(const sql::Statement& statement, const sql::Plan& plan) {
  OutputDraft draft;
  draft.name = "explain";
  draft.sql = statement.text;
  if (plan.tabulation) {
    draft.tabulation = plan.tabulation->tabulation;
  } else {
    draft.reason = reason_of(plan);
  }
  return draft;
}

CopyDraft draft_of_copy(const sql::Statement& statement, const sql::Plan& plan,
                        Workbench& workbench, Interruption& interruption) {
  check_file_name(statement.name);
  if (statement.exception && is_blank(*statement.exception)) {
    throw EnclaveError(Fault::bad_input, "server.exception_empty");
  }
  CopyDraft copy;
  auto& draft = copy.draft;
  draft = draft_of_explain(statement, plan);
  draft.name = statement.name;
  draft.title = statement.title;
  draft.exception = statement.exception.value_or("");
  give_chart(draft, statement.chart);
  give_protection(draft, statement.protect);
  draft.replaces = statement.replaces.value_or("");
  if (!draft.tabulation) write_csv(copy, plan, workbench, interruption);
  return copy;
}

OutputDraft draft_of_egress(const sql::Statement& statement,
                            const std::vector<std::optional<std::string>>& values) {
  OutputDraft draft;
  draft.name = argument(values, statement.name_parameter, statement.name);
  draft.title = argument(values, statement.title_parameter, statement.title);
  check_file_name(draft.name);
  draft.sql = statement.text;
  draft.reason = {"tabulation.file", {}};
  draft.opaque = statement.content_parameter == 0
                     ? statement.value
                     : bytes_of(argument(values, statement.content_parameter, statement.value));
  return draft;
}

}  // namespace sceau::enclave
