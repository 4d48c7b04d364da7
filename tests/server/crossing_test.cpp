// Every value that crosses between processes: there and back, cut at each byte, with each byte
// changed.
#include "enclave/server/crossing.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "enclave/server/crossing_values.h"
#include "tests/server/sealed.h"

using namespace sceau;
using namespace sceau::enclave;

namespace {

disclosure::Judgement judgement() {
  disclosure::Finding finding;
  finding.rule = policies::Rule::threshold;
  finding.verdict = disclosure::Verdict::fail;
  finding.cell = {{"academie", "CORSE", false}, {"sexe", std::nullopt, false}, {"n", {}, true}};
  finding.statistic = "count(*)";
  finding.measured = 4;
  finding.limit = 10;
  finding.earlier = "R-2026-000001/1";
  finding.earlier_project = "orientation";
  finding.waived = "W-000001";
  finding.message = {"threshold.below", {"4", "10"}};
  return {disclosure::Verdict::fail,
          {finding, {}},
          {policies::Rule::threshold, policies::Rule::tabulation}};
}

OutputDraft draft() {
  OutputDraft draft;
  draft.name = "effectifs.csv";
  draft.title = "Effectifs";
  draft.exception = "needed";
  draft.sql = "COPY …";
  draft.tabulation = test::count_by_academie();
  draft.reason = {"tabulation.limit", {"3"}};
  draft.opaque = std::string("\0\xff", 2);
  draft.chart = disclosure::Chart::line;
  draft.protect = disclosure::Way::merge;
  draft.propose = true;
  draft.claim = "{}";
  draft.replaces = "R-2026-000001";
  return draft;
}

std::vector<DatasetGrant> grants() {
  std::vector<DatasetGrant> list(2);
  list[0].dataset = "lycees";
  auto& access = list[0].vintages.emplace_back();
  access.name = {"lycees", "2021"};
  access.file = "/stores/lycees@2021.store";
  access.sealed = {"00ff", 65536, "ab"};
  access.key = test::key_of(7);
  list[1].dataset = "colleges";
  list[1].columns = {"academie", "sexe"};
  return list;
}

SessionGrant session_grant() {
  SessionGrant grant;
  grant.session = "s-1";
  grant.actor = "u-1";
  grant.user = "alix";
  grant.project = "orientation";
  grant.language = "fr";
  grant.policy = {"depp", {{"depp", "format = 1"}, {"acro", "format = 1"}}};
  grant.datasets = grants();
  grant.statement_timeout_s = 17;
  grant.permit_rows = {{"P-1", std::nullopt}, {}};
  return grant;
}

ExamineJob job() {
  ExamineJob job;
  job.waivers = {{"W-000001", "lycees", policies::Rule::dominance, "note", {{"sexe", "F", false}}}};
  job.project = "orientation";
  job.policy = session_grant().policy;
  job.datasets = grants();
  job.tabulations = {test::count_by_academie()};
  job.protects = {disclosure::Way::suppress};
  job.proposes = {1};
  job.history = {{"R-2026-000001", 2, "other", false, test::count_by_academie()},
                 {"R-2026-000002", 1, "other", true, {}}};
  return job;
}

std::vector<Proposed> proposals() {
  Proposed safe;
  safe.verdict = disclosure::Verdict::pass;
  safe.effect = {"protection.hides", {"4", "9", "1", "3", "25"}};
  safe.kept = 61;
  safe.why = {"protection.certified", {"1"}};
  Proposed none;
  none.way = disclosure::Way::merge;
  none.why = {"protection.no_merge", {"3"}};
  return {safe, none};
}

/// A cell of it is not shown.
disclosure::Tabulation with_hidden_cell() {
  auto tabulation = test::count_by_academie();
  tabulation.hidden = {{0, {"01"}}};
  return tabulation;
}

Examined examined() {
  Examined examined{judgement(), "academie,count\r\n", 12, {"count(*)"}, "{}", {}};
  examined.version = with_hidden_cell();
  examined.protection = "{}";
  examined.proposals = proposals();
  return examined;
}

Submission submission() {
  return {"R-2026-000003",
          "checked",
          disclosure::Verdict::review,
          {{"a.csv", judgement(), "{}", true}}};
}

/// Writing what was read gives the same bytes; a cut or a longer message is refused; a changed byte
/// is refused or read as something that is written the same way again.
template <class T>
void check_there_and_back(const T& value) {
  const auto bytes = pack(value);
  CHECK(pack(unpack<T>(bytes)) == bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const WireBytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_THROWS_AS((void)unpack<T>(cut), EnclaveError);
  }
  auto longer = bytes;
  longer.push_back(0);
  CHECK_THROWS_AS((void)unpack<T>(longer), EnclaveError);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      auto changed = bytes;
      changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
      try {
        (void)pack(unpack<T>(changed));
      } catch (const EnclaveError& error) {
        CHECK(error.id() == "server.bad_frame");
      }
    }
  }
}

}  // namespace

TEST_CASE("each value that crosses arrives whole, and damaged ones are refused") {
  check_there_and_back(Hello{"alix", "orientation", "psql", "fr"});
  check_there_and_back(CancelKey{17, 0xdeadbeefU});
  check_there_and_back(WorkerGrant{session_grant(), {1, 2}});
  check_there_and_back(StatementEnd{42, "57014", 7});
  check_there_and_back(Failure{Fault::not_permitted, "centre.no_permit", {"orientation"}});
  check_there_and_back(Remark{"R-2026-000001", "a word"});
  check_there_and_back(std::vector<OutputDraft>{draft(), {}});
  check_there_and_back(job());
  check_there_and_back(std::vector<Examined>{examined(), {}});
  check_there_and_back(submission());
  check_there_and_back(std::vector<JudgedOutput>{{"a.csv", judgement(), "{}", false, proposals()}});
  check_there_and_back(Centre::Rows{{"R-1", std::nullopt}, {}});
}

TEST_CASE("which cells are hidden is not a worker's to say") {
  auto forged = draft();
  forged.tabulation = with_hidden_cell();
  try {
    (void)unpack<OutputDraft>(pack(forged));
    FAIL("taken");
  } catch (const EnclaveError& error) {
    CHECK(error.id() == "server.bad_frame");
  }
}

TEST_CASE("a key arrives as it was") {
  const auto grant = unpack<WorkerGrant>(pack(WorkerGrant{session_grant(), {1, 2}}));
  const auto key = grant.session.datasets.at(0).vintages.at(0).key.copy();
  CHECK(std::ranges::equal(key.bytes(), test::key_of(7).bytes()));
  CHECK(grant.session.datasets.at(1).columns->contains("sexe"));
}

TEST_CASE("a tabulation that is nested without end is refused before it is parsed") {
  CHECK(json_is_shallow("[[[]]]", 3));
  CHECK_FALSE(json_is_shallow("[[[[]]]]", 3));
  CHECK(json_is_shallow(R"(["[[[[", "\"[[[["])", 1));
  CHECK(json_is_shallow("[][][]", 1));
  const auto refused = [](const std::string& json) {
    WireWriter out;
    out.text(json);
    const auto bytes = out.take();
    WireReader in(bytes);
    disclosure::Tabulation tabulation;
    CHECK_THROWS_AS(get(in, tabulation), EnclaveError);
  };
  refused(std::string(500'000, '['));
  refused("{\"dataset\":" + std::string(100, '[') + std::string(100, ']') + "}");
  refused("not JSON");
  refused(std::string(max_tabulation_bytes + 1, ' '));
}

TEST_CASE("an error is thrown again as it was") {
  try {
    rethrow({Fault::integrity, "store.tampered", {"lycees@2021"}});
  } catch (const EnclaveError& error) {
    CHECK(error.fault() == Fault::integrity);
    CHECK(error.id() == "store.tampered");
    CHECK(error.args() == std::vector<std::string>{"lycees@2021"});
  }
}
