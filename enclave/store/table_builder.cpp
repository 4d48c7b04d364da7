#include "enclave/store/table_builder.h"

#include <algorithm>

#include "enclave/fault.h"
#include "enclave/store/numbers.h"

namespace sceau::enclave {
namespace {

using policies::Role;

constexpr std::uint32_t no_parent = TextIndex::none;
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

std::string bounds_of(const policies::Variable& variable) {
  const auto shown = [](const std::optional<policies::Decimal>& bound) {
    return bound ? to_string(*bound) : std::string();
  };
  return shown(variable.min) + ".." + shown(variable.max);
}

std::string domain_of(const policies::Variable& variable) {
  return variable.domain.empty() ? variable.name : variable.domain;
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<signed char>(c) <= 0; });
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

TableBuilder::TableBuilder(const policies::Codebook& codebook, std::uint32_t segment_rows,
                           const DomainKey& domain_key, bool keep)
    : codebook_(codebook), segment_rows_(segment_rows), keep_(keep), determination_(codebook) {
  for (const auto& variable : codebook.variables) {
    std::optional<Pseudonymiser> pseudonyms;
    if (variable.role == Role::identifier) pseudonyms.emplace(domain_key(domain_of(variable)));
    builders_.emplace_back(variable, std::move(pseudonyms));
  }
  for (std::size_t child = 0; child < codebook.variables.size(); ++child) {
    const auto& parent = codebook.variables[child].parent;
    for (std::size_t i = 0; i < codebook.variables.size() && !parent.empty(); ++i) {
      if (codebook.variables[i].name == parent) hierarchies_.push_back({child, i, {}});
    }
  }
  row_.resize(builders_.size());
}

void TableBuilder::start_file(FileColumns columns) {
  file_ = std::move(columns);
  constants_.assign(builders_.size(), Cell());
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    if (file_.fields[i]) continue;
    constants_[i] = builders_[i].convert(file_.constants[i], '.');
    if (constants_[i].fault != nullptr) {
      throw EnclaveError(Fault::bad_input, "import.bad_constant",
                         {file_.file, "1", builders_[i].variable().name});
    }
  }
}

std::span<const RowFault> TableBuilder::add(const Record& record) {
  faults_.clear();
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    if (!file_.fields[i]) {
      row_[i] = constants_[i];
      continue;
    }
    const std::string_view text = record.fields[*file_.fields[i]];
    row_[i] = builders_[i].convert(text, file_.point);
    if (row_[i].fault != nullptr) note_fault(i, text, row_[i].fault);
  }
  check_ignored(record);
  check_hierarchies();
  if (!faults_.empty()) return faults_;
  ++rows_;
  adopt_parents(record.line);
  if (!keep_) return faults_;
  for (std::size_t i = 0; i < builders_.size(); ++i) builders_[i].append(row_[i]);
  if (rows_ % segment_rows_ == 0) pack_segment();
  return faults_;
}

void TableBuilder::pack_segment() {
  for (auto& builder : builders_) builder.number();
  determination_.add([this](std::size_t variable) { return builders_[variable].codes(); });
  for (auto& builder : builders_) builder.pack();
}

void TableBuilder::end_rows() {
  if (keep_ && rows_ % segment_rows_ != 0) pack_segment();
}

void TableBuilder::note_fault(std::size_t variable, std::string_view text, const char* rule) {
  const auto& named = builders_[variable].variable();
  RowFault fault{rule, named.name, {}, std::nullopt};
  const std::string_view name(rule);
  if (name == "import.out_of_range") fault.more.push_back(bounds_of(named));
  if (name == "import.unknown_code" && named.role == Role::classification) {
    fault.code = builders_[variable].code_text(text);
  }
  faults_.push_back(std::move(fault));
}

/// What isn't imported isn't judged, but for its being text: else the encoding is wrong, or the
/// file.
void TableBuilder::check_ignored(const Record& record) {
  for (const std::size_t i : file_.ignored) {
    const std::string_view text = record.fields[i];
    if (is_ascii(text)) continue;
    const bool nul = text.find('\0') != std::string_view::npos;
    if (!nul && is_utf8(text)) continue;
    faults_.push_back({nul ? "import.nul" : "import.bad_utf8", file_.header[i], {}, std::nullopt});
  }
}

void TableBuilder::check_hierarchies() {
  for (const auto& hierarchy : hierarchies_) {
    const Cell& child = row_[hierarchy.child];
    const Cell& parent = row_[hierarchy.parent];
    if (child.kind != Cell::Kind::code || child.fault != nullptr || parent.fault != nullptr)
      continue;
    const auto& name = codebook_.variables[hierarchy.child].name;
    const auto& above = codebook_.variables[hierarchy.parent].name;
    if (parent.kind != Cell::Kind::code) {
      faults_.push_back({"import.no_parent", name, {above}, std::nullopt});
      continue;
    }
    if (child.code >= hierarchy.of.size()) continue;
    const Parentage& known = hierarchy.of[child.code];
    if (known.parent == no_parent || known.parent == parent.code) continue;
    faults_.push_back(
        {"import.two_parents", name, {above, std::to_string(known.line)}, std::nullopt});
  }
}

void TableBuilder::adopt_parents(std::uint64_t line) {
  for (auto& hierarchy : hierarchies_) {
    const Cell& child = row_[hierarchy.child];
    if (child.kind != Cell::Kind::code) continue;
    if (child.code >= hierarchy.of.size()) hierarchy.of.resize(child.code + 1, {no_parent, 0});
    Parentage& known = hierarchy.of[child.code];
    if (known.parent == no_parent) known = {row_[hierarchy.parent].code, line};
  }
}

EncodedColumn TableBuilder::finish_column(std::size_t index) {
  EncodedColumn column = std::move(builders_[index]).finish();
  for (const std::size_t other : determination_.of(index)) {
    column.determines.push_back(codebook_.variables[other].name);
  }
  return column;
}

}  // namespace sceau::enclave
