#include "enclave/server/acro_claims.h"

#include <algorithm>
#include <set>

#include "audit/bytes.h"
#include "enclave/fault.h"
#include "policies/json_section.h"

namespace sceau::enclave {
namespace {

using policies::Json;
using policies::JsonSection;

constexpr std::size_t longest_text = 10'000;
constexpr std::size_t most_comments = 20;

/// One line, bounded: these words are shown on terminals and kept.
std::string line_of(const std::string& text) {
  std::string line = text.substr(0, longest_text);
  while (!line.empty() && !audit::is_utf8(line)) line.pop_back();
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return line;
}

std::string words(const JsonSection& result, std::string_view key) {
  return line_of(result.text(key).value_or(""));
}

std::string status_of(const JsonSection& result) {
  const auto status = result.text("status").value_or("");
  if (status != "pass" && status != "fail" && status != "review") {
    result.fail("status", "must be pass, fail or review");
  }
  return status;
}

/// Numbers of flagged cells by rule; whatever is no number or truth value is left out.
Json counts_of(const JsonSection& file) {
  Json counts = Json::object();
  const auto sdc = file.section("sdc");
  const auto summary = sdc ? sdc->section("summary") : std::nullopt;
  if (!summary) return counts;
  constexpr std::size_t most = 50;
  for (const auto& [name, value] : summary->json().items()) {
    if (counts.size() < most && (value.is_number_integer() || value.is_boolean())) {
      counts[line_of(name).substr(0, 100)] = value;
    }
  }
  return counts;
}

/// Cells whose outcome is anything but "ok".
std::uint64_t flagged_cells(const JsonSection& result) {
  std::uint64_t flagged = 0;
  const auto outcome = result.section("outcome");
  if (!outcome) return flagged;
  for (const auto& [column, rows] : outcome->json().items()) {
    if (!rows.is_object()) continue;
    for (const auto& [row, cell] : rows.items()) {
      if (cell.is_string() && cell != "ok" && cell != "") ++flagged;
    }
  }
  return flagged;
}

Json comments_of(const JsonSection& result) {
  Json comments = Json::array();
  for (const auto& one : result.texts("comments").value_or(std::vector<std::string>{})) {
    if (comments.size() < most_comments) comments.push_back(line_of(one).substr(0, 1000));
  }
  return comments;
}

void check_plain(const std::string& name) {
  const bool plain = !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
                     name.find_first_of("/\\") == std::string::npos &&
                     name.find('\0') == std::string::npos;
  if (!plain) throw EnclaveError(Fault::bad_input, "acro.path");
}

void claims_of(const JsonSection& result, const std::string& version,
               std::vector<AcroClaim>& claims) {
  const auto files = result.sections("files");
  if (files.empty()) result.fail("files", "a result names at least one file");
  const auto exception = words(result, "exception");
  for (const auto& file : files) {
    if (claims.size() >= max_claims) result.fail("files", "too many files");
    const auto name = file.text("name").value_or("");
    check_plain(name);
    Json claim = {{"format", 1},
                  {"tool", "acro"},
                  {"version", version},
                  {"uid", words(result, "uid")},
                  {"status", status_of(result)},
                  {"type", words(result, "type")},
                  {"summary", words(result, "summary")},
                  {"command", words(result, "command")},
                  {"timestamp", words(result, "timestamp")},
                  {"flagged_cells", flagged_cells(result)},
                  {"counts", counts_of(file)},
                  {"comments", comments_of(result)},
                  {"exception", exception}};
    auto text = claim.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > max_claim_bytes) {
      for (const char* long_one : {"comments", "command", "exception"}) claim.erase(long_one);
      text = claim.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    if (text.size() > max_claim_bytes) result.fail("summary", "is too long");
    claims.push_back({name, exception, std::move(text)});
  }
}

}  // namespace

std::string leaving_name(std::string_view file) {
  const auto first = file.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  file = file.substr(first, file.find_last_not_of(" \t") - first + 1);
  std::string name(file);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '.' || c == '_' || c == '-');
      },
      '_');
  return name;
}

std::vector<AcroClaim> read_acro_results(std::string_view json) {
  std::vector<AcroClaim> claims;
  try {
    const auto document = policies::parse_json(json, "results.json", max_results_bytes);
    const JsonSection root(document, "results.json: ");
    const auto version = words(root, "version").substr(0, 40);
    if (version.empty()) root.fail("version", "is missing");
    const auto results = root.section("results");
    if (!results) root.fail("results", "is missing");
    int number = 0;
    for (const auto& [uid, result] : results->json().items()) {
      // The place is a number: uids are the researcher's words.
      const auto place = "results.json: results[" + std::to_string(number++) + "]";
      claims_of(JsonSection(result, place), version, claims);
    }
  } catch (const policies::PolicyError& error) {
    throw EnclaveError(Fault::bad_input, "acro.malformed", {error.what()});
  }
  if (claims.empty()) throw EnclaveError(Fault::bad_input, "acro.malformed", {"no result"});
  return claims;
}

}  // namespace sceau::enclave
