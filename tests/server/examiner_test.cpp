// The examiner, as a function over a sealed store.
#include "enclave/server/examiner.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "disclosure/fault.h"
#include "tests/server/sealed.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;

namespace {

ExamineJob job_over(const SealedLycees& store) {
  ExamineJob job;
  job.project = "orientation";
  job.policy = SealedLycees::policy();
  job.datasets = store.grants();
  job.tabulations = {count_by_academie()};
  return job;
}

}  // namespace

TEST_CASE("an examiner recomputes file, verdict and table from the store") {
  const SealedLycees store(pupils(12, 4));
  const auto examined = examine_job(job_over(store));
  REQUIRE(examined.size() == 1);
  CHECK(examined[0].judgement.verdict == disclosure::Verdict::fail);
  CHECK(examined[0].cells == 2);
  CHECK(examined[0].statistics == std::vector<std::string>{"count(*)"});
  CHECK(examined[0].file.find("PARIS") != std::string::npos);
  const auto table = nlohmann::json::parse(examined[0].table_json);
  CHECK(table["dataset"] == "lycees");
  REQUIRE(table["cells"].size() == 2);
  const auto& corse = table["cells"][0];
  CHECK(corse["cell"]["academie"] == "CORSE");
  CHECK(corse["values"][0] == "4");
  CHECK(corse["evidence"][0]["units"] == 4);
  CHECK(corse["flags"][0]["rule"] == "threshold");
  CHECK(table["cells"][1]["flags"].empty());
}

TEST_CASE("a later output of a job remembers the earlier ones") {
  // 25 of Paris, then the same without the four of the second sex: each passes, the difference not.
  std::string rows = pupils(25, 0);
  for (int i = 0; i < 4; ++i) rows += "PARIS,M,8.0\n";
  const SealedLycees store(rows);
  auto job = job_over(store);
  job.tabulations.push_back(count_by_academie());
  auto& where = job.tabulations.back().where;
  where.kind = disclosure::Condition::Kind::compare;
  where.variable = "sexe";
  where.comparison = disclosure::Comparison::equal;
  where.constants = {std::string("F")};
  const auto examined = examine_job(job);
  REQUIRE(examined.size() == 2);
  CHECK(examined[0].judgement.verdict == disclosure::Verdict::pass);
  CHECK(examined[1].judgement.verdict == disclosure::Verdict::fail);
  std::swap(job.tabulations[0], job.tabulations[1]);
  CHECK(examine_job(job)[1].judgement.verdict == disclosure::Verdict::fail);
}

TEST_CASE("a job is refused where a store is not the one that was sealed") {
  const SealedLycees store(pupils(12, 12));
  auto job = job_over(store);
  job.datasets[0].vintages[0].sealed.id = std::string(32, 'b');
  CHECK(refusal([&] { (void)examine_job(job); }) == "server.other_store");
  auto shorter = job_over(store);
  shorter.datasets[0].vintages[0].sealed.size -= 1;
  CHECK(refusal([&] { (void)examine_job(shorter); }) == "store.tampered");
  auto without = job_over(store);
  without.datasets.clear();
  CHECK(refusal([&] { (void)examine_job(without); }) == "server.no_dataset");
}

TEST_CASE("a column outside the grant is not there for an examiner either") {
  const SealedLycees store(pupils(12, 12));
  auto job = job_over(store);
  job.datasets[0].columns = {"sexe"};
  CHECK_THROWS_AS((void)examine_job(job), disclosure::DisclosureError);
}

TEST_CASE("what may be seen of a table is the released file, number by number") {
  const SealedLycees store(pupils(13, 12));
  auto job = job_over(store);
  auto& tabulation = job.tabulations[0];
  disclosure::Column mean;
  mean.name = "m";
  mean.statistic.function = disclosure::Function::mean;
  mean.statistic.operand = std::string("note");
  tabulation.columns.push_back(mean);
  tabulation.dimensions.push_back({"sexe", std::string("sexe")});
  tabulation.grouping_sets = {3, 1, 0};
  CHECK(examine_job(job)[0].shown.empty());
  job.shown = true;
  const auto examined = examine_job(job)[0];
  REQUIRE(examined.shown.size() == examined.cells);
  auto file = examined.file.substr(examined.file.find("\r\n") + 2);
  std::string lines;
  for (const auto& cell : examined.shown) {
    const auto kept = tabulation.grouping_sets[cell.grouping_set];
    for (std::size_t i = 0; i < cell.codes.size(); ++i) {
      const auto code = (kept >> i & 1U) == 0 ? "Total" : cell.codes[i].value_or("NA");
      lines += code + ",";
      // The file has a label beside each code of a labelled variable.
      if (i == 0) lines += (code == "PARIS" ? "Paris" : code == "CORSE" ? "Corse" : code) + ",";
    }
    for (const auto& value : cell.values) lines += value.value_or("") + ",";
    lines.back() = '\r';
    lines += '\n';
  }
  CHECK(lines == file);
  tabulation.having_minimum = 13;
  const auto suppressed = examine_job(job)[0].shown;
  CHECK(!suppressed[0].values[0]);
}
