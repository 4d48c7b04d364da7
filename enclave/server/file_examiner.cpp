#include "enclave/server/file_examiner.h"

#include <nlohmann/json.hpp>

#include "disclosure/examine.h"
#include "enclave/scan/record_scan.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;
using disclosure::Finding;
using disclosure::Verdict;
using policies::FileType;
using policies::Rule;

/// Nothing of it can be read: a person looks at it.
bool is_picture(FileType type) {
  switch (type) {
    case FileType::png:
    case FileType::jpeg:
    case FileType::pdf:
      return true;
    case FileType::text:
    case FileType::csv:
    case FileType::json:
    case FileType::notebook:
    case FileType::svg:
    case FileType::rdata:
      return false;
  }
  return true;
}

Finding finding(disclosure::Message message) {
  Finding one;
  one.rule = Rule::tabulation;  // it is none, and this is more to know of it
  one.verdict = Verdict::review;
  one.message = std::move(message);
  return one;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Finding finding_of(const ValueHits& hits) {
  auto one = finding(
      {hits.identifier ? "files.identifiers" : "files.codes",
       {std::to_string(hits.distinct), hits.dataset, hits.variable, std::to_string(hits.places)}});
  one.statistic = hits.variable;
  one.measured = static_cast<double>(hits.distinct);
  one.limit = 0;
  return one;
}

Finding finding_of(const RecordHits& hits, std::int64_t threshold) {
  auto one = finding(
      {"files.records",
       {std::to_string(hits.lines), std::to_string(hits.of), hits.dataset, joined(hits.columns),
        std::to_string(hits.rare), std::to_string(threshold), std::to_string(hits.repeated)}});
  one.statistic = joined(hits.columns);
  one.measured = static_cast<double>(hits.lines);
  one.limit = 0;
  return one;
}

std::vector<Finding> findings_of(const Found& found, std::int64_t threshold) {
  std::vector<Finding> findings;
  for (const auto& hits : found.values) {
    if (hits.identifier) findings.push_back(finding_of(hits));
  }
  for (const auto& hits : found.records) findings.push_back(finding_of(hits, threshold));
  for (const auto& hits : found.values) {
    if (!hits.identifier) findings.push_back(finding_of(hits));
  }
  if (!found.whole) findings.push_back(finding({"files.searched_in_part", {}}));
  return findings;
}

void describe(const Found& found, Json& json) {
  json["values"] = Json::array();
  for (const auto& hits : found.values) {
    json["values"].push_back({{"store", hits.dataset},
                              {"variable", hits.variable},
                              {"role", hits.identifier ? "identifier" : "contributor"},
                              {"distinct", hits.distinct},
                              {"places", hits.places}});
  }
  json["records"] = Json::array();
  for (const auto& hits : found.records) {
    json["records"].push_back({{"store", hits.dataset},
                               {"columns", hits.columns},
                               {"lines", hits.lines},
                               {"of", hits.of},
                               {"rare", hits.rare},
                               {"repeated", hits.repeated}});
  }
}

Found search_stores(const FileFacts& facts, const FileQuestion& file, const OpenedData& data,
                    const policies::Policy& policy, Json& json) {
  std::vector<Searched> stores;
  for (const auto& dataset : data.datasets()) {
    stores.push_back({dataset.shown.source, dataset.shown.codebook});
  }
  const auto blocks = blocks_of(facts, file.bytes);
  SearchLimits limits;
  if (policy.enforces(Rule::threshold)) {
    limits.rare_below = static_cast<std::uint64_t>(policy.threshold.minimum);
  }
  auto found = search(stores, blocks, limits);
  json["search"] = found.whole ? "whole" : "part";
  json["unwrapped"] = blocks.base64;
  return found;
}

}  // namespace

Examined examine_file(const FileQuestion& file, const OpenedData& data,
                      const policies::Policy& policy, bool search) {
  const auto facts = file_facts(file.name, file.bytes);
  check_allowed(policy.files, file.name, facts, file.bytes.size());
  Examined examined;
  examined.judgement = disclosure::not_a_tabulation(file.reason);
  Json json = {{"format", 1},
               {"type", policies::to_string(facts.type)},
               {"encoding", to_string(facts.encoding)},
               {"bidi", facts.bidi},
               {"search", "none"}};
  auto& findings = examined.judgement.findings;
  findings.push_back(
      finding({"files.looked_into", {std::string(policies::to_string(facts.type))}}));
  if (facts.bidi) findings.push_back(finding({"files.bidi", {}}));
  if (search && is_picture(facts.type)) {
    json["search"] = "pictures";
    findings.push_back(
        finding({"files.not_searched", {std::string(policies::to_string(facts.type))}}));
  } else if (search) {
    const auto found = search_stores(facts, file, data, policy, json);
    for (auto& one : findings_of(found, policy.threshold.minimum)) {
      findings.push_back(std::move(one));
    }
    describe(found, json);
  }
  examined.table_json = json.dump();
  return examined;
}

}  // namespace sceau::enclave
