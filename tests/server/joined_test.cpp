// Joined data sets, opened: what the worker's engine and the examiner see of them.
#include <doctest/doctest.h>

#include <atomic>

#include "disclosure/fault.h"
#include "enclave/server/examiner.h"
#include "enclave/server/workbench.h"
#include "tests/server/sealed.h"

using namespace sceau;
using namespace sceau::enclave;
using namespace sceau::enclave::test;
using disclosure::Reference;
using disclosure::Verdict;

namespace {

constexpr auto pupils_document = R"(
format = 1
[dataset]
name = "eleves"
[variables.uai]
type = "category"
role = "classification"
references = "ecoles.uai"
[variables.sexe]
type = "category"
role = "classification"
)";

constexpr auto schools_document = R"(
format = 1
[dataset]
name = "ecoles"
[variables.uai]
type = "category"
role = "classification"
[variables.secteur]
type = "category"
role = "classification"
label = { fr = "Secteur" }
values = { "PU" = { fr = "Public" }, "PR" = { fr = "Privé" } }
)";

class Joined {
 public:
  explicit Joined(const std::string& pupils, const std::string& schools) {
    add(pupils_document, "uai,sexe\n" + pupils);
    add(schools_document, "uai,secteur\n" + schools);
  }

  [[nodiscard]] ExamineJob job(std::vector<disclosure::Tabulation> tabulations) const {
    ExamineJob made;
    made.project = "orientation";
    made.language = "fr";
    made.policy = SealedLycees::policy();
    made.datasets = grants();
    made.tabulations = std::move(tabulations);
    return made;
  }

  [[nodiscard]] SessionGrant session() const {
    SessionGrant grant;
    grant.project = "orientation";
    grant.policy = SealedLycees::policy();
    grant.datasets = grants();
    return grant;
  }

 private:
  struct Sealed {
    std::string dataset, vintage;
    std::filesystem::path file;
    SealedFile sealed;
  };

  void add(const char* document, const std::string& content) {
    std::vector<Text> files;
    files.emplace_back("a.csv", content);
    auto import = options(policies::parse_codebook(document, "c.toml"), files);
    Sealed made{import.codebook.name, import.vintage, folder_ / import.codebook.name, {}};
    (void)import_csv(import, made.file, key_of(7));
    made.sealed = measure(made.file, import.id);
    stores_.push_back(std::move(made));
  }

  [[nodiscard]] std::vector<DatasetGrant> grants() const {
    std::vector<DatasetGrant> grants;
    for (const auto& store : stores_) {
      auto& grant = grants.emplace_back();
      grant.dataset = store.dataset;
      auto& access = grant.vintages.emplace_back();
      access.name = {store.dataset, store.vintage};
      access.file = store.file;
      access.sealed = store.sealed;
      access.key = key_of(7);
    }
    return grants;
  }

  Folder folder_;
  std::vector<Sealed> stores_;
};

std::string repeated(int n, const std::string& line) {
  std::string lines;
  for (int i = 0; i < n; ++i) lines += line + "\n";
  return lines;
}

const Reference own{"uai", "ecoles", "uai", ""};

disclosure::Tabulation by(const std::string& variable, const std::vector<Reference>& references) {
  disclosure::Tabulation tabulation;
  tabulation.dataset = "eleves";
  tabulation.vintages = {"2024"};
  tabulation.references = references;
  tabulation.dimensions.push_back({"d", variable});
  tabulation.columns.push_back({"n", {}, std::nullopt, false});
  tabulation.grouping_sets = {1};
  return tabulation;
}

const std::string pupil_rows = repeated(30, "A,F") + repeated(14, "B,M") + repeated(12, "X,F");

std::vector<std::string> lines_of(Workbench& bench, const std::string& query) {
  std::atomic<bool> cancel = false;
  Interruption interruption(cancel, [] { return false; });
  const auto statement = sql::prepare(query, bench.catalog(), {}).at(0);
  const auto rows = bench.run(sql::plan_select(statement, bench.catalog(), {}), interruption);
  std::vector<std::string> lines;
  for (sql::Row row; rows->next(row);) {
    lines.emplace_back();
    for (const auto& value : row) lines.back() += value.value_or("") + "|";
  }
  return lines;
}

}  // namespace

TEST_CASE("an examiner joins, judges and labels by the joined data set's codebook") {
  const Joined world(pupil_rows, "A,PU\nB,PR\nC,PR\n");
  const auto examined = examine_job(world.job({by("uai>ecoles.secteur", {own})}));
  REQUIRE(examined.size() == 1);
  CHECK(examined[0].judgement.verdict == Verdict::pass);
  CHECK(examined[0].file ==
        "uai>ecoles.secteur,uai>ecoles.secteur_label,count(*)\r\nPR,Privé,14\r\nPU,Public,30\r\n"
        "NA,NA,12\r\n");
}

TEST_CASE("memory holds across joined and plain tables") {
  // All girls, then those of public schools: the twelve without a school lie between. 9 would fail.
  for (const int rest : {12, 9}) {
    const Joined world(repeated(30, "A,F") + repeated(rest, "X,F"), "A,PU\n");
    auto narrower = by("sexe", {own});
    narrower.where.kind = disclosure::Condition::Kind::compare;
    narrower.where.variable = "uai>ecoles.secteur";
    narrower.where.constants = {std::string("PU")};
    const auto expected = rest >= 10 ? Verdict::pass : Verdict::fail;
    const auto first = examine_job(world.job({by("sexe", {}), narrower}));
    CHECK(first[0].judgement.verdict == Verdict::pass);
    CHECK(first[1].judgement.verdict == expected);
    CHECK(examine_job(world.job({narrower, by("sexe", {})}))[1].judgement.verdict == expected);
  }
}

TEST_CASE("a remembered table whose joined data are not there any more is a review") {
  const Joined world(pupil_rows, "A,PU\n");
  auto job = world.job({by("sexe", {})});
  const auto gone = [](const Reference& reference) {
    return disclosure::Remembered{"R-2026-000003", 1, "other", false,
                                  by(joined_name(reference, "secteur"), {reference})};
  };
  job.history = {gone({"uai", "ecoles", "uai", "2019"})};
  auto examined = examine_job(job);
  CHECK(examined[0].judgement.verdict == Verdict::review);
  CHECK(examined[0].judgement.findings[0].message.id == "history.missing_reference");
  job.history = {gone({"uai", "colleges", "code", ""})};
  CHECK(examine_job(job)[0].judgement.verdict == Verdict::review);
  job.history = {gone({"uai", "ecoles", "secteur", ""})};  // not what the codebook declares
  CHECK(examine_job(job)[0].judgement.verdict == Verdict::review);
  job.history = {gone(own)};
  CHECK(examine_job(job)[0].judgement.verdict != Verdict::review);
}

TEST_CASE("an examiner joins nothing that a codebook doesn't declare, or that isn't n:1") {
  const auto fault = [](const Joined& world, const Reference& reference) {
    return refusal([&] {
      (void)examine_job(world.job({by(joined_name(reference, "secteur"), {reference})}));
    });
  };
  const Joined world(pupil_rows, "A,PU\n");
  CHECK(fault(world, own).empty());
  CHECK(fault(world, {"sexe", "ecoles", "uai", ""}) == "store.join_undeclared");
  CHECK(fault(world, {"uai", "ecoles", "uai", "2019"}) == "store.join_missing");
  CHECK(fault(world, {"uai", "colleges", "uai", ""}) == "store.join_missing");
  CHECK(fault(Joined(pupil_rows, "A,PU\nB,PU\nA,PR\n"), own) == "store.join_not_unique");
}

TEST_CASE("a worker's engine joins; what is not n:1 is left to SQL") {
  const std::string query =
      "SELECT e.secteur, count(*) FROM eleves l LEFT JOIN ecoles e ON l.uai = e.uai GROUP BY 1 "
      "ORDER BY 1";
  const Joined world(pupil_rows, "A,PU\nB,PR\n");
  Workbench bench(world.session(), {});
  CHECK(lines_of(bench, query) == std::vector<std::string>{"PR|14|", "PU|30|", "|12|"});
  CHECK(lines_of(bench, query).size() == 3);
  const Joined twice(pupil_rows, "A,PU\nA,PR\n");
  Workbench other(twice.session(), {});
  CHECK(lines_of(other, query) == std::vector<std::string>{"PR|30|", "PU|30|", "|26|"});
}
