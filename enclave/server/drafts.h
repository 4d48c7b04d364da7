#pragma once
// The outputs that a session has asked for and that are not submitted yet: one request in the
// making. Nothing of it outlives the session.

#include <string>
#include <vector>

#include "enclave/centre/exchange.h"
#include "enclave/server/acro_claims.h"
#include "enclave/server/gate.h"
#include "enclave/server/workbench.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave {

class PendingRequest {
 public:
  explicit PendingRequest(Gate& gate) : gate_(gate) {}

  /// Judges the draft behind those before it and keeps it. Where the gate refuses to judge, or the
  /// request would break draft_rules.h, nothing is kept.
  [[nodiscard]] JudgedOutput add(OutputDraft draft);
  /// What the gate would say to one more output; nothing is kept.
  [[nodiscard]] JudgedOutput explain(const OutputDraft& draft);
  /// One request of all that was added, and `last` behind it where there is one. Whatever comes of
  /// it, nothing is pending afterwards.
  [[nodiscard]] Submission submit();
  [[nodiscard]] Submission submit_with(OutputDraft last);
  /// Gives what another tool said to the outputs of the same name (or leaving_name) that are
  /// pending, tables and files alike; its reason for an exception where an output has none of its
  /// own. How many were found; where none was, nothing is pending, or two claims are of one
  /// output: acro.nothing_pending, acro.no_output, acro.twice.
  [[nodiscard]] std::size_t claim(const std::vector<AcroClaim>& claims);
  void drop() { drafts_.clear(); }
  [[nodiscard]] bool empty() const { return drafts_.empty(); }

 private:
  Gate& gate_;
  std::vector<OutputDraft> drafts_;
};

/// COPY (SELECT …) TO 'name': the tabulation, or the rows as a CSV file that a reviewer will read;
/// then `rows` says how many. Throws server.bad_file_name, server.exception_empty,
/// server.output_too_large.
struct CopyDraft {
  OutputDraft draft;
  std::uint64_t rows = 0;
};
[[nodiscard]] CopyDraft draft_of_copy(const sql::Statement& statement, const sql::Plan& plan,
                                      Workbench& workbench, Interruption& interruption);

/// Why the rows of a plan are no tabulation's.
[[nodiscard]] disclosure::Message reason_of(const sql::Plan& plan);

/// sceau.egress(name, title, bytes): `values` are the statement's parameters as text (bytea as
/// \x…).
[[nodiscard]] OutputDraft draft_of_egress(const sql::Statement& statement,
                                          const std::vector<std::optional<std::string>>& values);

/// EXPLAIN (DISCLOSURE): a draft without a file: it is judged, never kept.
[[nodiscard]] OutputDraft draft_of_explain(const sql::Statement& statement, const sql::Plan& plan);

}  // namespace sceau::enclave
