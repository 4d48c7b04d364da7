#include "enclave/sql/catalog.h"

#include <algorithm>
#include <array>

namespace sceau::enclave::sql {
namespace {

Type type_for(const policies::Variable& variable, const disclosure::ColumnInfo& info) {
  if (info.kind == disclosure::ColumnKind::real) return Type::float8;
  switch (variable.type) {
    case policies::Type::category:
    case policies::Type::text:
      return Type::text;
    case policies::Type::date:
      return Type::date;
    case policies::Type::integer:
      return info.scale == 0 ? Type::int8 : Type::numeric;
    case policies::Type::decimal:
      return Type::numeric;
  }
  return Type::text;
}

std::string values_text(const policies::Variable& variable, std::string_view language) {
  std::string text;
  for (const auto& value : variable.values) {
    if (!text.empty()) text += ", ";
    const auto label = policies::label_of(variable, value.code, language);
    text += value.code;
    if (label != value.code) text += " " + label;
  }
  return text;
}

std::string label_text(const policies::Label& label, std::string_view language) {
  const auto& wanted = language == "fr" ? label.fr : label.en;
  return wanted.empty() ? (label.fr.empty() ? label.en : label.fr) : wanted;
}

std::optional<std::string> or_null(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

const std::array<SystemRelation, 6>& definitions() {
  static const std::array<SystemRelation, 6> all = {{
      {"requests",
       "Your project's requests, newest first",
       {{"request", Type::text},
        {"state", Type::text},
        {"verdict", Type::text},
        {"outputs", Type::int8},
        {"submitted", Type::text},
        {"decided", Type::text}}},
      {"findings",
       "What the checker found on each output of your project's requests",
       {{"request", Type::text},
        {"output", Type::text},
        {"rule", Type::text},
        {"verdict", Type::text},
        {"cell", Type::text},
        {"statistic", Type::text},
        {"measured", Type::float8},
        {"limit", Type::float8},
        {"message", Type::text},
        {"remedy", Type::text}}},
      {"comments",
       "What was said about your project's requests, oldest first",
       {{"request", Type::text},
        {"turn", Type::int8},
        {"output", Type::text},
        {"by", Type::text},
        {"about", Type::text},
        {"comment", Type::text},
        {"time", Type::text}}},
      {"variables",
       "The variables that your permit covers",
       {{"relation", Type::text},
        {"variable", Type::text},
        {"type", Type::text},
        {"role", Type::text},
        {"label", Type::text},
        {"values", Type::text},
        {"parent", Type::text}}},
      {"permit",
       "What this session may do, and until when",
       {{"permit", Type::text},
        {"project", Type::text},
        {"store", Type::text},
        {"vintages", Type::text},
        {"columns", Type::text},
        {"policy", Type::text},
        {"until", Type::text},
        {"rows", Type::text}}},
      {"last_request",
       "The request of this session's last COPY or COMMIT",
       {{"request", Type::text},
        {"state", Type::text},
        {"verdict", Type::text},
        {"outputs", Type::int8},
        {"findings", Type::int8}}},
  }};
  return all;
}

}  // namespace

const RelationColumn* Relation::find(std::string_view column) const {
  for (const auto& candidate : columns) {
    if (candidate.name == column) return &candidate;
  }
  return nullptr;
}

Relation make_relation(const disclosure::Source& source,
                       std::shared_ptr<const policies::Codebook> codebook) {
  Relation relation;
  relation.name = source.dataset();
  relation.vintages = source.vintages();
  relation.codebook = std::move(codebook);
  const auto available = source.columns();
  for (const auto& variable : relation.codebook->variables) {
    if (variable.role == policies::Role::hidden) continue;
    const auto info = std::find_if(available.begin(), available.end(), [&](const auto& column) {
      return column.name == variable.name;
    });
    if (info == available.end()) continue;
    relation.columns.push_back({variable.name, type_for(variable, *info), info->scale, &variable});
  }
  relation.columns.push_back({"vintage", Type::text, 0, nullptr});
  return relation;
}

std::span<const SystemRelation> system_relations() { return definitions(); }

const SystemRelation* find_system_relation(std::string_view name) {
  for (const auto& relation : definitions()) {
    if (relation.name == name) return &relation;
  }
  return nullptr;
}

std::optional<Catalog::Found> Catalog::find(std::string_view name) const {
  const auto at = name.find('@');
  const auto dataset = name.substr(0, at);
  for (const auto& relation : relations) {
    if (relation.name != dataset) continue;
    if (at == std::string_view::npos) return Found{&relation, std::nullopt};
    const std::string vintage(name.substr(at + 1));
    const auto& vintages = relation.vintages;
    if (std::find(vintages.begin(), vintages.end(), vintage) == vintages.end()) return {};
    return Found{&relation, vintage};
  }
  return std::nullopt;
}

std::string Catalog::names() const {
  std::string text;
  for (const auto& relation : relations) text += relation.name + ", ";
  for (const auto& relation : definitions()) {
    if (&relation != definitions().data()) text += ", ";
    text += "sceau." + std::string(relation.name);
  }
  return text;
}

std::vector<Row> Catalog::variables() const {
  std::vector<Row> rows;
  for (const auto& relation : relations) {
    for (const auto& column : relation.columns) {
      if (!column.variable) continue;
      const auto& variable = *column.variable;
      rows.push_back({relation.name, variable.name, std::string(policies::to_string(variable.type)),
                      std::string(policies::to_string(variable.role)),
                      or_null(label_text(variable.label, session.language)),
                      or_null(values_text(variable, session.language)), or_null(variable.parent)});
    }
  }
  return rows;
}

}  // namespace sceau::enclave::sql
