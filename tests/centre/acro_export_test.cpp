// A request as ACRO's folder: flags stand where SACRO's viewer looks for them.

#include "enclave/centre/acro_export.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "enclave/centre/judgement_json.h"

using namespace sceau;
using namespace sceau::enclave;
using Json = nlohmann::ordered_json;

namespace {

OutputRow table() {
  OutputRow row;
  row.request = "R-2026-000001";
  row.name = "notes.csv";
  row.title = "Notes";
  row.sql = "COPY (SELECT …) TO 'notes.csv'";
  row.file =
      "\"academie, code\",academie_label,count(*),avg(note)\r\n"
      "01,Paris,20,10.00\r\n10,Lyon,4,11.00\r\n";
  row.statistics = {"count(*)", "avg(note)"};
  row.verdict = "fail";
  disclosure::Judgement judgement;
  disclosure::Finding whole;
  whole.verdict = disclosure::Verdict::review;
  whole.message = {"tabulation.no_statistic", {}};
  judgement.findings = {whole};
  row.judgement = judgement_to_json(judgement);
  row.table = R"json({"format":1,"columns":[{"name":"n"},{"name":"m"}],"cells":[
    {"cell":{"academie":"01"},"values":["20","10.00"],"suppressed":false,
     "flags":[{"rule":"dominance","verdict":"fail","statistic":"avg(note)"}]},
    {"cell":{"academie":null},"values":["4","11.00"],"suppressed":false,
     "flags":[{"rule":"threshold","verdict":"fail","statistic":"count(*)"},
              {"rule":"threshold","verdict":"fail","statistic":"avg(note)"},
              {"rule":"history","verdict":"fail","statistic":""}]}]})json";
  return row;
}

std::string bytes_of(const std::vector<AcroFile>& files, const std::string& name) {
  for (const auto& file : files) {
    if (file.name == name) return file.bytes;
  }
  return "none";
}

}  // namespace

TEST_CASE("the folder that SACRO's viewer opens has each flag at its row and column") {
  RequestRow request;
  request.id = "R-2026-000001";
  request.submitted = "2026-11-23T20:15:03.123456Z";
  policies::Policy policy;
  policy.threshold.minimum = 10;
  policy.dominance = {{2, {90, 2}, policies::AtLimit::fail}};
  policy.off = {policies::Rule::p_percent};
  OutputRow picture;
  picture.number = 2;
  picture.name = "plot.png";
  picture.opaque = true;
  picture.file = std::string("\x89PNG\0", 5);
  picture.verdict = "review";
  picture.judgement = judgement_to_json({});
  const auto files = acro_folder(request, {table(), picture}, policy);
  CHECK(bytes_of(files, "notes.csv") == table().file);
  CHECK(bytes_of(files, "plot.png") == picture.file);
  // sha256sum of the five bytes
  CHECK(bytes_of(files, "checksums/plot.png.txt").size() == 64);
  const auto results = Json::parse(bytes_of(files, "results.json"));
  const auto& first = results.at("results").at("R-2026-000001-1");
  CHECK(first.at("type") == "table");
  CHECK(first.at("status") == "fail");
  CHECK(first.at("command") == table().sql);
  const auto& sdc = first.at("files")[0].at("sdc");
  CHECK(sdc.at("cells").at("nk-rule") == Json::array({{0, 2}}));
  CHECK(sdc.at("cells").at("threshold") == Json::array({{1, 1}, {1, 2}}));
  CHECK(sdc.at("cells").at("history") == Json::array({{1, 1}, {1, 2}}));
  CHECK(sdc.at("summary").at("threshold") == 2);
  CHECK(first.at("outcome").at("count(*)") == Json{{"01", "ok"}, {"NA", "threshold; history; "}});
  CHECK(first.at("comments").size() == 2);
  const auto& second = results.at("results").at("R-2026-000001-2");
  CHECK(second.at("type") == "custom");
  CHECK(second.at("files")[0].at("name") == "plot.png");
  const auto config = Json::parse(bytes_of(files, "config.json"));
  CHECK(config.at("safe_nk_n") == 2);
  CHECK(config.at("safe_nk_k") == 0.9);
  CHECK(config.at("safe_pratio_p").is_null());
}
