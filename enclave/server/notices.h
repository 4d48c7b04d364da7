#pragma once
// What the gate said, as a client sees it: a NOTICE or an ERROR with its DETAIL of one JSON line,
// and the rows of EXPLAIN (DISCLOSURE).

#include <string>
#include <vector>

#include "enclave/centre/exchange.h"
#include "enclave/server/pgreply.h"
#include "enclave/sql/type.h"

namespace sceau::enclave {

inline constexpr std::size_t shown_findings = 3;    ///< in a notice's text
inline constexpr std::size_t detail_findings = 20;  ///< an output, in the DETAIL

/// An output that waits for COMMIT.
[[nodiscard]] pg::Report pending_notice(const JudgedOutput& output, std::string_view language);
/// A request that went in: a NOTICE; one that came back at once (`returned`): ERROR SD002.
[[nodiscard]] pg::Report submission_report(const Submission& submission, std::string_view language);
[[nodiscard]] bool is_returned(const Submission& submission);

/// Where a policy shows aggregates only: ERROR SD001 in place of rows, for a query that doesn't
/// pass and for one that is no tabulation. DETAIL of the first as in a NOTICE.
[[nodiscard]] pg::Report not_shown(const JudgedOutput& judged, std::string_view language);
[[nodiscard]] pg::Report aggregates_only(const disclosure::Message& reason,
                                         std::string_view language);

/// verdict, rule, cell, statistic, measured, limit, message, remedy: first the verdict as a whole,
/// then one row a finding, all of them.
[[nodiscard]] std::vector<sql::Row> disclosure_rows(const JudgedOutput& output,
                                                    std::string_view language);

/// way, verdict, effect, kept_percent, why: one row a way; verdict "none" where there is no such
/// version.
[[nodiscard]] std::vector<sql::Row> proposal_rows(const JudgedOutput& output,
                                                  std::string_view language);

/// Cells of the outputs that are tables, as verdict.json counts them.
[[nodiscard]] std::uint64_t cells_of(const std::vector<JudgedOutput>& outputs);

}  // namespace sceau::enclave
