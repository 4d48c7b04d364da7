#include "tests/server/sealed.h"

namespace sceau::enclave::test {
namespace {

const std::string id(32, 'a');
constexpr std::uint8_t key_byte = 0x17;

constexpr auto document = R"(
format = 1
[dataset]
name = "lycees"
[variables.academie]
type = "category"
role = "classification"
label = { fr = "Académie", en = "Education authority" }
values = { "PARIS" = { fr = "Paris" }, "CORSE" = { fr = "Corse" } }
[variables.sexe]
type = "category"
role = "classification"
[variables.note]
type = "decimal"
role = "measure"
decimals = 1
)";

}  // namespace

SealedLycees::SealedLycees(const std::string& rows) : file_(folder_ / "lycees@2021.store") {
  std::vector<Text> files;
  files.emplace_back("lycees.csv", "academie,sexe,note\n" + rows);
  auto import = options(policies::parse_codebook(document, "lycees.toml"), files);
  import.vintage = "2021";
  import.id = id;
  import.created = "2026-11-23T20:15:03.123456Z";
  const auto key = key_of(key_byte);
  (void)import_csv(import, file_, key);
  sealed_ = measure(file_, id);
}

std::vector<DatasetGrant> SealedLycees::grants() const {
  std::vector<DatasetGrant> grants(1);
  grants[0].dataset = "lycees";
  auto& access = grants[0].vintages.emplace_back();
  access.name = {"lycees", "2021"};
  access.file = file_;
  access.sealed = sealed_;
  access.key = key_of(key_byte);
  return grants;
}

PolicyTexts SealedLycees::policy() {
  return {"plain", {{"plain", R"(
format = 1
[policy]
name = "plain"
version = "1"
exploration = "rows"
reviewers = { pass = 0, review = 1, fail = 2 }
off = ["contributors", "dominance", "p_percent", "group_disclosure", "homogeneity",
       "degrees_of_freedom", "extremes", "quantiles"]
[threshold]
minimum = 10
zeros = "safe"
[history]
scope = "population"
minimum = 10
[rounding]
base = 5
)"}}};
}

SessionGrant SealedLycees::session() const {
  SessionGrant grant;
  grant.session = "s-0123456789abcdef";
  grant.actor = "u-01234567";
  grant.user = "alix";
  grant.project = "orientation";
  grant.policy = policy();
  grant.datasets = grants();
  return grant;
}

std::string pupils(int first, int second) {
  std::string rows;
  for (int i = 0; i < first; ++i) rows += "PARIS,F,12.5\n";
  for (int i = 0; i < second; ++i) rows += "CORSE,M,9.0\n";
  return rows;
}

disclosure::Tabulation count_by_academie() {
  disclosure::Tabulation tabulation;
  tabulation.dataset = "lycees";
  tabulation.vintages = {"2021"};
  tabulation.dimensions.push_back({"academie", "academie"});
  tabulation.columns.push_back({"count", {}, std::nullopt, false});
  tabulation.grouping_sets = {1};
  return tabulation;
}

}  // namespace sceau::enclave::test
