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
