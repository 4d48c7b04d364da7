// ACRO's results.json: what is read of it, and what a hostile one can't do.

#include "enclave/server/acro_claims.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "enclave/fault.h"

using namespace sceau::enclave;
using Json = nlohmann::ordered_json;

namespace {

/// As acro 0.4.12 writes it: crosstab of the nursery data, shortened by hand.
Json results() {
  return Json::parse(R"json({
    "version": "0.4.12",
    "results": {
      "output_0": {
        "uid": "output_0", "status": "review", "type": "table", "properties": {"method": "crosstab"},
        "files": [{"name": "output_0_0.csv", "sdc": {
          "summary": {"suppressed": true, "negative": 0, "missing": 0, "threshold": 1, "p-ratio": 4},
          "cells": {"threshold": [[2, 2]]}}}],
        "outcome": {"usual": {"recommend": "threshold; p-ratio; ", "priority": "ok"},
                    "great_pret": {"recommend": "p-ratio; ", "priority": "ok"}},
        "command": "acro.crosstab(df.recommend, df.parents)",
        "summary": "review; threshold: 1 cells suppressed; ",
        "timestamp": "2026-06-30T15:19:49.603861",
        "comments": ["please let me have it"],
        "exception": "Suppression automatically\napplied where needed"
      },
      "output_3": {
        "uid": "output_3", "status": "review", "type": "custom", "properties": {},
        "files": [{"name": " my plot.png", "sdc": {}}], "outcome": {}, "command": "custom",
        "summary": "review", "timestamp": "2026-06-30T15:19:49.906273", "comments": [],
        "exception": null
      }
    },
    "session_summary": {"DO_NOT_RELEASE": true}
  })json");
}

std::string fault(const std::string& json) {
  try {
    (void)read_acro_results(json);
  } catch (const EnclaveError& error) {
    return error.id();
  }
  return "read";
}

std::string fault(const Json& json) { return fault(json.dump()); }

}  // namespace

TEST_CASE("what ACRO says of each file is kept as a claim, in bounded words") {
  const auto claims = read_acro_results(results().dump());
  REQUIRE(claims.size() == 2);
  CHECK(claims[0].file == "output_0_0.csv");
  CHECK(claims[0].exception == "Suppression automatically applied where needed");
  const auto claim = Json::parse(claims[0].json);
  CHECK(claim.at("tool") == "acro");
  CHECK(claim.at("version") == "0.4.12");
  CHECK(claim.at("status") == "review");
  CHECK(claim.at("command") == "acro.crosstab(df.recommend, df.parents)");
  CHECK(claim.at("flagged_cells") == 2);
  CHECK(claim.at("counts").at("p-ratio") == 4);
  CHECK(claim.at("counts").at("suppressed") == true);
  CHECK(claim.at("comments") == Json::array({"please let me have it"}));
  CHECK(claims[1].exception.empty());
  CHECK(leaving_name(claims[1].file) == "my_plot.png");
  auto long_one = results();
  long_one["results"]["output_0"]["summary"] = std::string(300'000, 's');
  long_one["results"]["output_0"]["command"] = "\x1b[2J" + std::string(300'000, 'c');
  long_one["results"]["output_0"]["comments"] =
      std::vector<std::string>(500, std::string(5000, 'x'));
  const auto bounded = read_acro_results(long_one.dump());
  CHECK(bounded[0].json.size() <= max_claim_bytes);
  CHECK(bounded[0].json.find('\x1b') == std::string::npos);
}

TEST_CASE("a hostile results.json is refused") {
  for (const char* name : {"../secret", "/etc/passwd", "a\\b", "", "..", "checksums/x"}) {
    auto json = results();
    json["results"]["output_0"]["files"][0]["name"] = name;
    INFO(name);
    CHECK(fault(json) == "acro.path");
  }
  auto json = results();
  json["results"]["output_0"]["files"][0]["name"] = std::string("a\0b", 3);
  CHECK(fault(json) == "acro.path");
  json = results();
  json["results"]["output_0"]["status"] = "approved";
  CHECK(fault(json) == "acro.malformed");
  json = results();
  json["results"]["output_0"].erase("files");
  CHECK(fault(json) == "acro.malformed");
  json = results();
  json["results"]["output_0"]["files"] = Json::array();
  for (std::size_t i = 0; i <= max_claims; ++i) {
    json["results"]["output_0"]["files"].push_back({{"name", "f" + std::to_string(i)}});
  }
  CHECK(fault(json) == "acro.malformed");
  CHECK(fault(Json{{"version", "0.4.12"}, {"results", Json::object()}}) == "acro.malformed");
  CHECK(fault(Json{{"results", results()["results"]}}) == "acro.malformed");
  CHECK(fault(std::string("[1]")) == "acro.malformed");
  CHECK(fault(std::string(R"({"version":"0.4.1","results":{"a":{},"a":{}}})")) == "acro.malformed");
  CHECK(fault(std::string(100'000, '[')) == "acro.malformed");
  CHECK(fault("\"" + std::string(max_results_bytes, 'x') + "\"") == "acro.malformed");
  CHECK(fault(std::string("\xff\xfe{}")) == "acro.malformed");
}
