#include "policies/file_rules.h"

#include <array>
#include <utility>

namespace sceau::policies {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<std::string_view, FileType>, file_types> names{
    {{"text"sv, FileType::text},
     {"csv"sv, FileType::csv},
     {"json"sv, FileType::json},
     {"notebook"sv, FileType::notebook},
     {"svg"sv, FileType::svg},
     {"png"sv, FileType::png},
     {"jpeg"sv, FileType::jpeg},
     {"pdf"sv, FileType::pdf},
     {"rdata"sv, FileType::rdata}}};

bool restricts_types(const FileRules& rules) {
  return rules.types && rules.types->size() < static_cast<std::size_t>(file_types);
}

std::string listed(const std::set<FileType>& types, std::string_view between) {
  std::string text;
  for (const FileType type : types)
    text.append(text.empty() ? "" : between).append(to_string(type));
  return text;
}

}  // namespace

std::string_view to_string(FileType type) {
  for (const auto& [name, value] : names) {
    if (value == type) return name;
  }
  return {};
}

std::optional<FileType> parse_file_type(std::string_view name) {
  for (const auto& [known, type] : names) {
    if (known == name) return type;
  }
  return std::nullopt;
}

std::string canonical_text(const FileRules& rules) {
  std::string text;
  if (restricts_types(rules)) text += "files.types=" + listed(*rules.types, ",") + "\n";
  if (rules.max_bytes > 0) text += "files.max_bytes=" + std::to_string(rules.max_bytes) + "\n";
  return text;
}

std::string explain(const FileRules& rules, std::string_view language) {
  if (canonical_text(rules).empty()) return {};
  const bool french = language == "fr";
  if (rules.types && rules.types->empty()) {
    return french ? "files\u00A0: seuls des tableaux peuvent sortir."
                  : "files: tables alone may leave.";
  }
  std::string text = french ? "files\u00A0: les autres fichiers peuvent être de type "
                            : "files: what is no table may be of type ";
  text += restricts_types(rules) ? listed(*rules.types, ", ") : french ? "quelconque" : "any";
  if (rules.max_bytes == 0) return text + ".";
  return text + (french ? ", d'au plus " : ", of at most ") + std::to_string(rules.max_bytes) +
         (french ? " octets." : " bytes.");
}

}  // namespace sceau::policies
