#include "enclave/sql/pgcatalog.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace sceau::enclave::sql {
namespace {

/// What is known of one row of a catalogue relation, by column, function or CASE.
using Facts = std::map<std::string, std::optional<std::string>, std::less<>>;

constexpr int first_oid = 16384;

std::string label_text(const policies::Label& label, std::string_view language) {
  const auto& wanted = language == "fr" ? label.fr : label.en;
  return wanted.empty() ? (label.fr.empty() ? label.en : label.fr) : wanted;
}

std::optional<std::string> or_null(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

/// A relation as the catalogue lists it.
struct Listed {
  int oid = 0;
  std::string schema, name;
  std::optional<std::string> comment;
  std::vector<ResultColumn> columns;
  std::vector<std::optional<std::string>> labels;
  bool one_vintage = false;  ///< "lycees@2021": named, but not listed by itself
};

Listed listed(const Relation& relation, std::string name, std::string_view language) {
  Listed made;
  made.schema = "public";
  made.name = std::move(name);
  made.comment = or_null(label_text(relation.codebook->title, language));
  for (const auto& column : relation.columns) {
    made.columns.push_back({column.name, column.type});
    made.labels.push_back(column.variable ? or_null(label_text(column.variable->label, language))
                                          : std::nullopt);
  }
  return made;
}

std::vector<Listed> all_listed(const Catalog& catalog) {
  std::vector<Listed> all;
  for (const auto& relation : catalog.relations) {
    all.push_back(listed(relation, relation.name, catalog.session.language));
    for (const auto& vintage : relation.vintages) {
      all.push_back(listed(relation, relation.name + "@" + vintage, catalog.session.language));
      all.back().one_vintage = true;
    }
  }
  for (const auto& system : system_relations()) {
    Listed made;
    made.schema = "sceau";
    made.name = system.name;
    made.comment = std::string(system.comment);
    made.columns = system.columns;
    made.labels.resize(made.columns.size());
    all.push_back(std::move(made));
  }
  int oid = first_oid;
  for (auto& item : all) item.oid = oid++;
  std::sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) {
    return std::tie(a.schema, a.name) < std::tie(b.schema, b.name);
  });
  return all;
}

Facts facts_of(const Listed& relation, const Catalog& catalog) {
  const auto oid = std::to_string(relation.oid);
  return {{"oid", oid},
          {"relname", relation.name},
          {"nspname", relation.schema},
          {"relkind", "r"},
          {"case relkind", "table"},
          {"pg_get_userbyid", "sceau"},
          {"case relpersistence", "permanent"},
          {"relpersistence", "p"},
          {"obj_description", relation.comment},
          {"relchecks", "0"},
          {"reltablespace", "0"},
          {"relreplident", "d"},
          {"relhasindex", "f"},
          {"relhasrules", "f"},
          {"relhastriggers", "f"},
          {"relrowsecurity", "f"},
          {"relforcerowsecurity", "f"},
          {"relispartition", "f"},
          {"array_to_string", ""},
          {"table_catalog", catalog.session.project},
          {"table_schema", relation.schema},
          {"table_name", relation.name},
          {"table_type", "BASE TABLE"}};
}

std::string storage(Type type) {
  if (type == Type::numeric) return "m";
  return type == Type::text || type == Type::bytea ? "x" : "p";
}

Facts facts_of_column(const Listed& relation, std::size_t column, const Catalog& catalog) {
  auto facts = facts_of(relation, catalog);
  const auto& item = relation.columns[column];
  const auto number = std::to_string(column + 1);
  const std::string type(name(item.type));
  facts["attrelid"] = std::to_string(relation.oid);
  facts["attname"] = facts["column_name"] = item.name;
  facts["attnum"] = facts["ordinal_position"] = number;
  facts["format_type"] = facts["data_type"] = type;
  facts["atttypid"] = std::to_string(oid(item.type));
  facts["atttypmod"] = "-1";
  facts["attnotnull"] = facts["attisdropped"] = facts["atthasdef"] = "f";
  facts["is_nullable"] = "YES";
  facts["attidentity"] = facts["attgenerated"] = facts["attcompression"] = "";
  facts["attstorage"] = storage(item.type);
  facts["col_description"] = relation.labels[column];
  return facts;
}

std::vector<Facts> databases(const Catalog& catalog) {
  return {{{"datname", catalog.session.project},
           {"pg_get_userbyid", "sceau"},
           {"pg_encoding_to_char", "UTF8"},
           {"datcollate", "C"},
           {"datctype", "C.UTF-8"},
           {"case datlocprovider", "libc"}}};
}

std::vector<Facts> schemas() {
  const auto named = [](std::string name) {
    return Facts{{"nspname", name}, {"schema_name", name}, {"pg_get_userbyid", "sceau"}};
  };
  return {named("public"), named("sceau")};
}

std::vector<Facts> roles(const Catalog& catalog) {
  return {{{"rolname", catalog.session.user},
           {"rolsuper", "f"},
           {"rolinherit", "t"},
           {"rolcreaterole", "f"},
           {"rolcreatedb", "f"},
           {"rolcanlogin", "t"},
           {"rolconnlimit", "-1"},
           {"rolreplication", "f"},
           {"rolbypassrls", "f"}}};
}

/// Whether a condition names a relation, so that one that is not in the path may be meant.
bool names_one(const CatalogQuestion& question) {
  return std::any_of(question.patterns.begin(), question.patterns.end(), [](const auto& pattern) {
    return pattern.column == "relname" || pattern.column == "table_name" ||
           pattern.column == "oid" || pattern.column == "attrelid";
  });
}

std::vector<Facts> relations(const CatalogQuestion& question, const Catalog& catalog,
                             bool columns) {
  std::vector<Facts> rows;
  const auto& kinds = question.kinds;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), "r") == kinds.end()) return rows;
  for (const auto& relation : all_listed(catalog)) {
    if (question.visible_only && relation.schema != "public") continue;
    if (relation.one_vintage && !names_one(question)) continue;
    if (!columns) rows.push_back(facts_of(relation, catalog));
    for (std::size_t i = 0; columns && i < relation.columns.size(); ++i) {
      rows.push_back(facts_of_column(relation, i, catalog));
    }
  }
  return rows;
}

std::vector<Facts> rows_of(const CatalogQuestion& question, const Catalog& catalog) {
  const auto& asked = question.relation;
  if (asked == "pg_class" || asked == "pg_tables" || asked == "information_schema.tables") {
    return relations(question, catalog, false);
  }
  if (asked == "pg_attribute" || asked == "information_schema.columns") {
    return relations(question, catalog, true);
  }
  if (asked == "pg_namespace" || asked == "information_schema.schemata") return schemas();
  if (asked == "pg_database") return databases(catalog);
  if (asked == "pg_roles" || asked == "pg_user") return roles(catalog);
  return {};
}

bool meets(const Facts& facts, const CatalogQuestion& question) {
  return std::all_of(question.patterns.begin(), question.patterns.end(), [&](const auto& pattern) {
    const auto fact = facts.find(pattern.column);
    if (fact == facts.end() || !fact->second) return true;
    // 'lycees'::regclass stands for an OID.
    const bool oid = pattern.column == "oid" || pattern.column == "attrelid";
    const auto name = facts.find("relname");
    if (oid && name != facts.end() && name->second == pattern.text) return true;
    return matches(pattern, *fact->second);
  });
}

// ---- patterns

struct Element {
  enum class Kind { character, one, any } kind;
  char character = 0;
};

/// psql's regular expressions; nullopt for any that it would not write.
std::optional<std::vector<Element>> elements_of_regex(std::string_view text) {
  if (!text.starts_with("^(") || !text.ends_with(")$")) return std::nullopt;
  text = text.substr(2, text.size() - 4);
  std::vector<Element> elements;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool more = i + 1 < text.size();
    if (text[i] == '\\' && more) {
      elements.push_back({Element::Kind::character, text[++i]});
    } else if (text[i] == '.' && more && text[i + 1] == '*') {
      elements.push_back({Element::Kind::any});
      ++i;
    } else if (text[i] == '.') {
      elements.push_back({Element::Kind::one});
    } else if (std::string_view("*+?|()[]{}^$").find(text[i]) != std::string_view::npos) {
      return std::nullopt;
    } else {
      elements.push_back({Element::Kind::character, text[i]});
    }
  }
  return elements;
}

std::vector<Element> elements_of_like(std::string_view text) {
  std::vector<Element> elements;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      elements.push_back({Element::Kind::character, text[++i]});
    } else if (text[i] == '%') {
      elements.push_back({Element::Kind::any});
    } else if (text[i] == '_') {
      elements.push_back({Element::Kind::one});
    } else {
      elements.push_back({Element::Kind::character, text[i]});
    }
  }
  return elements;
}

bool fits(const std::vector<Element>& pattern, std::string_view name) {
  std::size_t n = 0, p = 0, last_any = pattern.size(), resume = 0;
  while (n < name.size()) {
    const bool more = p < pattern.size();
    if (more && pattern[p].kind == Element::Kind::any) {
      last_any = p++;
      resume = n;
    } else if (more && (pattern[p].kind == Element::Kind::one || pattern[p].character == name[n])) {
      ++p;
      ++n;
    } else if (last_any < pattern.size()) {
      p = last_any + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p].kind == Element::Kind::any) ++p;
  return p == pattern.size();
}

}  // namespace

bool matches(const CatalogQuestion::Pattern& pattern, std::string_view name) {
  switch (pattern.kind) {
    case CatalogQuestion::Pattern::Kind::equal:
      return pattern.text == name;
    case CatalogQuestion::Pattern::Kind::like:
      return fits(elements_of_like(pattern.text), name);
    case CatalogQuestion::Pattern::Kind::regex: {
      const auto elements = elements_of_regex(pattern.text);
      return elements && fits(*elements, name);
    }
  }
  return false;
}

CatalogAnswer answer_question(const CatalogQuestion& question, const Catalog& catalog) {
  CatalogAnswer answer;
  for (const auto& wanted : question.wanted) answer.columns.push_back({wanted.name, Type::text});
  for (const auto& facts : rows_of(question, catalog)) {
    if (!meets(facts, question)) continue;
    Row row;
    for (const auto& wanted : question.wanted) {
      const auto fact = facts.find(wanted.key);
      if (wanted.key.starts_with("=")) {
        row.emplace_back(wanted.key.substr(1));
      } else {
        row.push_back(fact == facts.end() ? std::nullopt : fact->second);
      }
    }
    answer.rows.push_back(std::move(row));
  }
  return answer;
}

}  // namespace sceau::enclave::sql
