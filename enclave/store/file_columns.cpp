#include "enclave/store/file_columns.h"

#include <algorithm>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t most_names_shown = 60;

std::vector<std::string> sources_of(const policies::Variable& variable) {
  return variable.source.empty() ? std::vector{variable.name} : variable.source;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most_names_shown; ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  return names.size() > most_names_shown ? text + " …" : text;
}

void refuse_duplicates(const std::string& file, std::vector<std::string> header) {
  std::erase(header, "");  // a trailing separator names nothing, and nothing reads it
  std::ranges::sort(header);
  const auto twice = std::ranges::adjacent_find(header);
  if (twice != header.end()) {
    throw EnclaveError(Fault::bad_input, "import.duplicate_header", {file, "1", *twice});
  }
}

}  // namespace

bool matches(std::string_view glob, std::string_view name) {
  std::size_t g = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_name = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_name = n;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
      ++g;
      ++n;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

policies::FileRule rule_for(const policies::Codebook& codebook, const std::string& file) {
  for (const auto& rule : codebook.files) {
    if (matches(rule.match, file)) return rule;
  }
  return {};
}

std::vector<std::string> wanted_names(const policies::Codebook& codebook,
                                      const policies::FileRule& rule) {
  std::vector<std::string> names;
  for (const auto& variable : codebook.variables) {
    if (rule.set.contains(variable.name)) continue;
    for (auto& source : sources_of(variable)) names.push_back(std::move(source));
  }
  return names;
}

FileColumns match_columns(const policies::Codebook& codebook, const policies::FileRule& rule,
                          const std::string& file, const std::vector<std::string>& header) {
  FileColumns columns{file, rule.decimal, {}, {}, {}, header};
  std::vector<bool> read(header.size());
  std::string missing;
  std::size_t found = 0;
  std::size_t sought = 0;
  for (const auto& variable : codebook.variables) {
    auto& field = columns.fields.emplace_back();
    auto& constant = columns.constants.emplace_back();
    if (const auto set = rule.set.find(variable.name); set != rule.set.end()) {
      constant = set->second;
      continue;
    }
    ++sought;
    for (const auto& source : sources_of(variable)) {
      const auto at = std::ranges::find(header, source);
      if (at == header.end()) continue;
      const auto index = static_cast<std::size_t>(at - header.begin());
      if (field && *field != index) {
        throw EnclaveError(Fault::bad_input, "import.two_columns",
                           {file, "1", variable.name, header[*field], source});
      }
      field = index;
      read[index] = true;
    }
    found += field ? 1 : 0;
    if (!field && missing.empty()) missing = joined(sources_of(variable));
  }
  // A line that names nothing may be a row: it is not shown.
  if (sought > 0 && found == 0) {
    throw EnclaveError(Fault::bad_input, "import.no_header", {file, "1", missing});
  }
  refuse_duplicates(file, header);
  if (!missing.empty()) {
    throw EnclaveError(Fault::bad_input, "import.missing_column",
                       {file, "1", missing, joined(header)});
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!read[i]) columns.ignored.push_back(i);
  }
  return columns;
}

}  // namespace sceau::enclave
