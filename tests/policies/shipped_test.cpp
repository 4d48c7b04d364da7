// The policies and codebooks that are shipped, their words, and codebooks written back as TOML.

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>

#include "policies/codebook.h"
#include "policies/explain.h"
#include "policies/fault.h"
#include "policies/policy.h"
#include "policies/write.h"

using namespace sceau::policies;

namespace {

const std::filesystem::path folder = std::filesystem::path(SCEAU_SOURCE_DIR) / "policies";

void check_same(const Variable& a, const Variable& b) {
  CHECK(a.name == b.name);
  CHECK(a.type == b.type);
  CHECK(a.role == b.role);
  CHECK(a.source == b.source);
  CHECK(a.label == b.label);
  CHECK(a.values == b.values);
  CHECK(a.recode == b.recode);
  CHECK(a.pad == b.pad);
  CHECK(a.parent == b.parent);
  CHECK(a.missing == b.missing);
  CHECK(a.sensitive == b.sensitive);
  CHECK(a.domain == b.domain);
  CHECK(a.references == b.references);
  CHECK(a.decimals == b.decimals);
  REQUIRE(a.min.has_value() == b.min.has_value());
  REQUIRE(a.max.has_value() == b.max.has_value());
  if (a.min) CHECK(compare(*a.min, *b.min) == std::strong_ordering::equal);
  if (a.max) CHECK(compare(*a.max, *b.max) == std::strong_ordering::equal);
}

void check_round_trip(const Codebook& a) {
  const std::string text = to_toml(a);
  CAPTURE(text);
  const Codebook b = parse_codebook(text, "written");
  CHECK(a.name == b.name);
  CHECK(a.title == b.title);
  CHECK(a.population == b.population);
  CHECK(a.unit == b.unit);
  CHECK(a.contributors == b.contributors);
  CHECK(a.weight == b.weight);
  REQUIRE(a.files.size() == b.files.size());
  for (std::size_t i = 0; i < a.files.size(); ++i) {
    CHECK(a.files[i].match == b.files[i].match);
    CHECK(a.files[i].encoding == b.files[i].encoding);
    CHECK(a.files[i].decimal == b.files[i].decimal);
    CHECK(a.files[i].separator == b.files[i].separator);
    CHECK(a.files[i].set == b.files[i].set);
  }
  REQUIRE(a.variables.size() == b.variables.size());
  for (std::size_t i = 0; i < a.variables.size(); ++i) check_same(a.variables[i], b.variables[i]);
  CHECK(to_toml(b) == text);
}

/// A text that a codebook may hold as code or label; quotes, backslashes and letters of all widths.
std::string some_text() {
  const auto letters = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "a", "Z", "0", "\"", "\\", "é", "œ", "€", "𝄞", " ", ".", "#", "=", "[", "'", "\u00A0"));
  std::string text = "x";  // never empty, never Total or NA
  for (const std::string& letter : letters) text += letter;
  return text;
}

}  // namespace

TEST_CASE("the shipped policies load and say what they promise") {
  const Policy depp = load_policy(folder / "depp.toml");
  CHECK(depp.name == "depp");
  CHECK(depp.threshold.minimum == 10);
  CHECK(depp.contributors.minimum == 3);
  REQUIRE(depp.dominance.size() == 1);
  CHECK(depp.dominance[0].n == 1);
  CHECK(depp.dominance[0].share == Decimal{85, 2});
  CHECK(depp.dominance[0].at_limit == AtLimit::pass);
  CHECK(depp.group_disclosure.share == Decimal{9, 1});
  CHECK(depp.off.empty());

  const Policy acro = load_policy(folder / "acro.toml");
  CHECK(acro.name == "acro");
  CHECK(acro.threshold.minimum == 10);
  CHECK(acro.threshold.zeros == Zeros::disclosive);
  REQUIRE(acro.dominance.size() == 1);
  CHECK(acro.dominance[0].n == 2);
  CHECK(acro.dominance[0].share == Decimal{9, 1});
  CHECK(acro.dominance[0].at_limit == AtLimit::fail);
  CHECK(acro.p_percent.share == Decimal{1, 1});
  CHECK(acro.degrees_of_freedom.minimum == 10);
  CHECK(acro.off.empty());
  CHECK(acro.sha256 != depp.sha256);
  CHECK(depp.witness.max_age_hours == 24);
  CHECK(acro.witness.max_age_hours == 0);
}

TEST_CASE(
    "strict is nowhere softer than depp or acro, open-data and fiscal say what they are for") {
  const Policy strict = load_policy(folder / "strict.toml");
  for (const char* name : {"depp.toml", "acro.toml"}) {
    CAPTURE(name);
    const Policy other = load_policy(folder / name);
    CHECK(strict.threshold.minimum > other.threshold.minimum);
    CHECK(strict.contributors.minimum > other.contributors.minimum);
    CHECK(compare(strict.p_percent.share, other.p_percent.share) > 0);
    CHECK(compare(strict.group_disclosure.share, other.group_disclosure.share) < 0);
    CHECK(strict.degrees_of_freedom.minimum > other.degrees_of_freedom.minimum);
    CHECK(strict.extremes.minimum > other.extremes.minimum);
    CHECK(strict.quantiles.minimum > other.quantiles.minimum);
    CHECK(strict.history.minimum > other.history.minimum);
    for (const DominanceRule& rule : other.dominance) {  // each is implied by one of strict's
      CHECK(std::any_of(strict.dominance.begin(), strict.dominance.end(), [&](const auto& ours) {
        return ours.n >= rule.n && compare(ours.share, rule.share) <= 0;
      }));
    }
  }
  CHECK(strict.exploration == Exploration::aggregates);
  CHECK(strict.history.scope == HistoryScope::population);
  CHECK(strict.reviewers.pass == 2);
  const Policy open_data = load_policy(folder / "open-data.toml");
  CHECK(open_data.name == "open-data");
  CHECK(open_data.threshold.minimum == 20);
  CHECK(open_data.rounding.base == 5);
  const Policy fiscal = load_policy(folder / "fiscal.toml");
  CHECK(fiscal.threshold.minimum == 11);
  CHECK(fiscal.history.minimum == 11);
}

TEST_CASE("each number of a shipped policy has its source on its line") {
  for (const char* name :
       {"depp.toml", "acro.toml", "strict.toml", "open-data.toml", "fiscal.toml"}) {
    CAPTURE(name);
    std::string text = load_policy(folder / name).source_text;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string line = text.substr(at, end - at);
      at = end == std::string::npos ? text.size() : end + 1;
      const bool number = line.find("= ") != std::string::npos && line.front() != '#' &&
                          line.rfind("format", 0) != 0 && line.rfind("version", 0) != 0 &&
                          line.find_first_of("0123456789") < line.find('#');
      CAPTURE(line);
      if (number) CHECK(line.find('#') != std::string::npos);
    }
  }
}

TEST_CASE("the shipped codebooks load") {
  for (const char* name : {"lycees", "eleves"}) {
    CAPTURE(name);
    const Codebook book = load_codebook(folder / "codebooks" / (std::string(name) + ".toml"));
    CHECK(book.name == name);
    CHECK(book.unit == "row");
    CHECK(book.contributors == std::vector<std::string>{"uai"});
    CHECK(book.find("academie")->values.size() == 30);
    CHECK(book.find("departement")->values.size() == 101);
    CHECK(book.find("departement")->parent == "academie");
    CHECK(label_of(*book.find("sexe"), "F", "en") == "Girls");
    CHECK(label_of(*book.find("academie"), "CRETEIL", "en") == "Créteil");
    check_round_trip(book);
  }
}

TEST_CASE("both codebooks give the same names to the same things") {
  const Codebook real = load_codebook(folder / "codebooks" / "lycees.toml");
  const Codebook invented = load_codebook(folder / "codebooks" / "eleves.toml");
  for (const Variable& variable : real.variables) {
    REQUIRE(invented.find(variable.name) != nullptr);
    check_same(variable, *invented.find(variable.name));
  }
}

TEST_CASE("a codebook with everything in it comes back from its TOML") {
  CHECK(rc::check("round trip", [] {
    Codebook book;
    book.name = "d";
    book.title = {some_text(), *rc::gen::element<std::string>("", "t")};
    book.population = *rc::gen::element<std::string>("d", "people");
    book.unit = *rc::gen::element<std::string>("row", "k");
    if (*rc::gen::arbitrary<bool>()) book.contributors = {"k"};
    if (*rc::gen::arbitrary<bool>()) book.weight = "m";
    FileRule rule;
    rule.match = "*.csv";
    rule.encoding = *rc::gen::element<std::string>("", "windows-1252");
    rule.decimal = *rc::gen::element('.', ',');
    rule.separator = *rc::gen::element(std::optional<char>{}, std::optional<char>{'\t'});
    rule.set["k"] = some_text();
    book.files.push_back(rule);

    Variable k;
    k.name = "k";
    k.source = {"k" + some_text()};
    k.missing = *rc::gen::element(std::vector<std::string>{""}, std::vector<std::string>{"", "NA"},
                                  std::vector<std::string>{});
    k.pad = *rc::gen::element(0, 1);
    for (int i = 0; i < *rc::gen::inRange(0, 4); ++i) {
      k.values.push_back({some_text() + std::to_string(i), {some_text(), ""}});
    }
    if (k.values.empty()) k.recode[some_text()] = some_text();
    k.sensitive = *rc::gen::arbitrary<bool>();
    if (*rc::gen::arbitrary<bool>()) k.references = Reference{"other", "k"};
    book.variables.push_back(k);

    Variable m;
    m.name = "m";
    m.type = Type::decimal;
    m.role = Role::measure;
    m.decimals = *rc::gen::inRange(0, 9);
    m.min = Decimal{*rc::gen::inRange<std::int64_t>(-1000000, 0), *rc::gen::inRange(0, 5)};
    m.max = Decimal{*rc::gen::inRange<std::int64_t>(0, 1000000), *rc::gen::inRange(0, 5)};
    book.variables.push_back(m);

    Variable id;
    id.name = "id";
    id.type = Type::text;
    id.role = Role::identifier;
    id.domain = *rc::gen::element<std::string>("id", "ine");
    book.variables.push_back(id);
    check_round_trip(book);
  }));
}

TEST_CASE("comments stay comments, whatever stands in them") {
  Codebook book;
  book.name = "d";
  book.population = "d";
  book.unit = "row";
  Variable v;
  v.name = "a";
  book.variables.push_back(v);
  const std::string text =
      to_toml(book, {{"", {"top\nname = \"evil\""}}, {"a", {"12 values\rtype = \"text\""}}});
  CHECK(text.rfind("# top name = \"evil\"\nformat = 1\n", 0) == 0);
  CHECK(text.find("# 12 values type = \"text\"\n[variables.a]") != std::string::npos);
  CHECK(parse_codebook(text, "t").variables.at(0).type == Type::category);
}

TEST_CASE("a policy is explained in words, a line a rule") {
  const Policy depp = load_policy(folder / "depp.toml");
  const std::vector<std::string> lines = explain(depp, "en");
  REQUIRE(lines.size() == 13);
  CHECK(lines[12] ==
        "witness: releases wait while the newest signature of the log's witnesses is more than 24 "
        "hours old.");
  CHECK(lines[0] == "exploration: researchers see rows inside the enclave.");
  CHECK(
      lines[2] ==
      "threshold: a number from fewer than 10 units with a value fails; an empty cell fails too.");
  CHECK(lines[4] ==
        "dominance: a cell fails when a share of its total is too large: the largest contributor "
        "above 85%.");
  CHECK(lines[6].rfind("group_disclosure: no category of a sensitive variable may hold 90% or",
                       0) == 0);
  const std::vector<std::string> french = explain(depp, "fr");
  REQUIRE(french.size() == lines.size());
  CHECK(french[4].find("le plus grand contributeur à plus de 85\u00A0%") != std::string::npos);
}

TEST_CASE("a rule that is off is explained as off") {
  Policy policy = load_policy(folder / "acro.toml");
  CHECK(explain(policy, "en")[4].find("the 2 largest contributors at 90% or above") !=
        std::string::npos);
  policy.off = {Rule::quantiles, Rule::dominance};
  const std::vector<std::string> lines = explain(policy, "en");
  CHECK(lines[4] == "dominance: off.");
  CHECK(lines[10] == "quantiles: off.");
}
