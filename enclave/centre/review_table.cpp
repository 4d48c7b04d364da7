#include "enclave/centre/review_table.h"

#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "enclave/centre/print.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_cells_shown = 200;
constexpr std::size_t most_proofs_shown = 40;

std::string scalar(const Json& value) {
  if (value.is_null()) return "NA";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string flags_text(const Json& flags) {
  std::string text;
  for (const auto& flag : flags) {
    const auto waiver = flag.value("waived", "");
    const auto mark = flag.value("rule", "") + (flag.value("verdict", "") == "review" ? "?" : "") +
                      (waiver.empty() ? "" : " (" + waiver + ")");
    if (text.find(mark) == std::string::npos) text += (text.empty() ? "" : ", ") + mark;
  }
  return text;
}

std::string shown_table(const Json& table, const std::string& language) {
  const auto& cells = table.at("cells");
  if (cells.empty()) return text("shown.no_cells", {}, language) + "\n";
  std::vector<std::string> headers;
  for (const auto& [dimension, code] : cells[0].at("cell").items()) headers.push_back(dimension);
  for (const auto& column : table.at("columns")) headers.push_back(column.value("name", ""));
  headers.insert(headers.end(), {word("units", language), word("flags", language)});
  const bool all = cells.size() <= most_cells_shown;
  std::size_t left_out = 0;
  std::vector<std::vector<std::string>> rows;
  for (const auto& cell : cells) {
    const auto flags = flags_text(cell.at("flags"));
    const bool hidden = cell.value("suppressed", false);
    const bool plain = flags.empty() && !hidden;
    if ((!all && plain) || rows.size() >= most_cells_shown) {
      ++left_out;
      continue;
    }
    auto& row = rows.emplace_back();
    for (const auto& [dimension, code] : cell.at("cell").items()) row.push_back(scalar(code));
    for (const auto& value : cell.at("values")) row.push_back(scalar(value));
    row.push_back(scalar(cell.at("units")));
    row.push_back(hidden ? word("hidden", language) + (flags.empty() ? "" : ", " + flags) : flags);
  }
  auto shown = aligned(headers, rows);
  if (left_out > 0) shown += text("shown.more_cells", {grouped(left_out)}, language) + "\n";
  return shown;
}

std::string message_text(const Json& message, const std::string& language) {
  return printable(finding_text({message.at(0), message.at(1)}, language));
}

std::string line_of(const char* id, const std::vector<std::string>& args,
                    const std::string& language) {
  return text(id, args, language) + "\n";
}

constexpr std::array proof_columns = {"statistic", "low", "value", "high"};

/// What nobody can tell the true value from, a row a cell and number.
std::string proofs_text(const Json& proofs, const std::string& language) {
  if (proofs.empty()) return "";
  std::vector<std::string> headers;
  for (const auto& [dimension, code] : proofs[0].at("cell").items()) headers.push_back(dimension);
  for (const char* key : proof_columns) headers.push_back(word(key, language));
  std::vector<std::vector<std::string>> rows;
  for (const auto& proof : proofs) {
    if (rows.size() == most_proofs_shown) break;
    auto& row = rows.emplace_back();
    for (const auto& [dimension, code] : proof.at("cell").items()) row.push_back(scalar(code));
    for (const char* key : proof_columns) row.push_back(proof.value(key, ""));
  }
  auto shown = line_of("shown.protection_proofs", {}, language) + aligned(headers, rows);
  if (proofs.size() > rows.size()) {
    shown += line_of("shown.more_proofs", {grouped(proofs.size() - rows.size())}, language);
  }
  return shown + "\n";
}

}  // namespace

std::string table_text(const std::string& json, const std::string& language) {
  return shown_table(Json::parse(json), language);
}

std::string protection_text(const std::string& json, const std::string& language) {
  const auto protection = Json::parse(json);
  const auto way = protection.value("way", "");
  const auto why = message_text(protection.at("why"), language);
  const bool made = protection.contains("effect");
  auto shown = made ? line_of("shown.protection",
                              {way, message_text(protection.at("effect"), language),
                               std::to_string(protection.value("kept_percent", 0)), why},
                              language)
                    : line_of("shown.no_protection", {way, why}, language);
  if (!made) return shown;  // what follows is the table that was asked for
  return shown + "\n" + proofs_text(protection.at("proofs"), language) +
         line_of("shown.protection_original", {}, language) +
         shown_table(protection.at("original"), language) + "\n" +
         line_of("shown.protection_version", {}, language);
}

}  // namespace sceau::enclave
