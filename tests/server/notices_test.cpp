// What a client sees of the gate's answers.
#include "enclave/server/notices.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "disclosure/examine.h"
#include "enclave/server/interruption.h"

using namespace sceau;
using namespace sceau::enclave;

namespace {

JudgedOutput judged(std::size_t findings) {
  JudgedOutput output;
  output.name = "effectifs.csv";
  output.judgement.verdict = findings == 0 ? disclosure::Verdict::pass : disclosure::Verdict::fail;
  for (std::size_t i = 0; i < findings; ++i) {
    disclosure::Finding finding;
    finding.rule = policies::Rule::threshold;
    finding.cell = {{"academie", "A" + std::to_string(i), false}, {"sexe", {}, true}};
    finding.statistic = "count(*)";
    finding.measured = 4;
    finding.limit = 10;
    finding.message = {"threshold.below", {"4", "10"}};
    output.judgement.findings.push_back(std::move(finding));
  }
  const disclosure::Tabulation tabulation;
  output.verdict_json = disclosure::to_json(output.judgement, output.name, &tabulation, 60, "en");
  return output;
}

}  // namespace

TEST_CASE("inside BEGIN a notice ends with what is not asked for yet") {
  const auto notice = pending_notice(judged(5), "en");
  CHECK(notice.severity == pg::Severity::notice);
  CHECK(notice.message.starts_with("verdict so far: effectifs.csv: fail"));
  CHECK(notice.message.ends_with("not asked for until COMMIT"));
  CHECK(notice.message.find("(academie=A0, sexe=Total, count(*))") != std::string::npos);
  CHECK(notice.message.find("and 2 more") != std::string::npos);
  CHECK(notice.detail.find('\n') == std::string::npos);
  const auto json = nlohmann::json::parse(notice.detail);
  CHECK(json["request"].is_null());
  CHECK(json["outputs"][0]["findings"].size() == 5);
}

TEST_CASE("a waived finding and a needless exception are said so") {
  auto output = judged(1);
  output.judgement.verdict = disclosure::Verdict::pass;
  output.judgement.findings[0].waived = "W-000007";
  output.exception_needless = true;
  const auto notice = pending_notice(output, "en");
  CHECK(notice.message.find("(waived by W-000007)") != std::string::npos);
  CHECK(notice.message.find("the exception was not needed") != std::string::npos);
  CHECK(nlohmann::json::parse(notice.detail)["outputs"][0]["exception_needless"] == true);
  CHECK(disclosure_rows(output, "en").at(1).at(6)->find("W-000007") != std::string::npos);
}

TEST_CASE("a detail line holds the first findings and says how many there are") {
  const auto json = nlohmann::json::parse(pending_notice(judged(500), "en").detail);
  CHECK(json["outputs"][0]["findings"].size() == detail_findings);
  CHECK(json["outputs"][0]["findings_in_all"] == 500);
}

TEST_CASE("a returned request is ERROR SD002 and names its id; another a notice") {
  Submission submission = {"R-2026-000001", "returned", disclosure::Verdict::fail, {}};
  submission.outputs.push_back(judged(1));
  const auto error = submission_report(submission, "en");
  CHECK(error.severity == pg::Severity::error);
  CHECK(error.sqlstate == "SD002");
  CHECK(error.message.find("R-2026-000001") != std::string::npos);
  CHECK_FALSE(error.hint.empty());
  submission.state = "checked";
  CHECK(submission_report(submission, "en").severity == pg::Severity::notice);
}

TEST_CASE("EXPLAIN (DISCLOSURE) shows the verdict, then each finding") {
  const auto rows = disclosure_rows(judged(25), "en");
  REQUIRE(rows.size() == 26);
  CHECK(rows[0][0] == "fail");
  CHECK_FALSE(rows[0][1].has_value());
  CHECK(rows[1] == sql::Row{"fail", "threshold", "academie=A0, sexe=Total", "count(*)", "4", "10",
                            rows[1][6], rows[1][7]});
  CHECK(disclosure_rows(judged(0), "en").at(0).at(0) == "pass");
  CHECK(cells_of({judged(0), judged(1)}) == 120);
}

TEST_CASE("statement_timeout takes PostgreSQL's units") {
  using std::chrono::milliseconds;
  CHECK(parse_time_limit("1500") == milliseconds(1500));
  CHECK(parse_time_limit("1500ms") == milliseconds(1500));
  CHECK(parse_time_limit("2s") == milliseconds(2000));
  CHECK(parse_time_limit("2 min") == milliseconds(120'000));
  CHECK(parse_time_limit("1h") == milliseconds(3'600'000));
  CHECK_FALSE(parse_time_limit("-1").has_value());
  CHECK_FALSE(parse_time_limit("soon").has_value());
  CHECK_FALSE(parse_time_limit("").has_value());
  CHECK_FALSE(parse_time_limit("99999999999").has_value());
}
