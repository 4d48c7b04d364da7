// A Table Schema as a first codebook.

#include <algorithm>
#include <filesystem>
#include <set>

#include "policies/table_schema.h"
#include "policies/table_schema_field.h"

namespace sceau::policies {
namespace {

constexpr std::size_t longest_name = 63;

class SchemaReader {
 public:
  SchemaReader(const JsonSection& root, std::string_view language)
      : root_(root), language_(language) {}

  Inferred read(std::string_view dataset, const std::string& file_name) {
    const auto missing = missing_values(root_).value_or(std::vector<std::string>{""});
    const auto fields = root_.sections("fields");
    if (fields.empty()) {
      throw PolicyError(Fault::missing, root_.place("fields"), "the schema has no field",
                        "a Table Schema is an object with a list \"fields\"; of a data package, "
                        "pass the schema of one resource");
    }
    if (fields.size() > max_variables) {
      root_.fail("fields",
                 std::to_string(fields.size()) + " fields, but a data set has at most 256",
                 "leave out what no project needs");
    }
    for (const auto& field : fields) fields_.push_back(read_field(field, language_, missing));
    name_variables();
    primary_key();
    foreign_keys();
    head(dataset, file_name);
    for (Field& field : fields_) {
      finish(field);
      made_.comments[field.variable.name] = std::move(field.comments);
      made_.codebook.variables.push_back(std::move(field.variable));
    }
    return std::move(made_);
  }

 private:
  void name_variables() {
    std::set<std::string> names;
    std::set<std::string> headers;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      Field& field = fields_[i];
      if (!headers.insert(field.header).second) {
        root_.fail("fields[" + std::to_string(i) + "].name", "the name stands twice");
      }
      std::string& name = field.variable.name;
      name = sql_name(field.header);
      for (int n = 2; !names.insert(name).second; ++n) {
        const std::string behind = "_" + std::to_string(n);
        name = sql_name(field.header).substr(0, longest_name - behind.size()) + behind;
      }
    }
  }

  Field* field_called(const std::string& header) {
    const auto at = std::find_if(fields_.begin(), fields_.end(),
                                 [&](const Field& field) { return field.header == header; });
    return at == fields_.end() ? nullptr : &*at;
  }

  void primary_key() {
    const auto key = root_.texts("primaryKey");
    if (!key || key->empty()) return;
    if (key->size() > 1) {
      top("The primary key has several fields: none of them was taken for an identifier.");
      return;
    }
    Field* field = field_called(key->front());
    if (field == nullptr) root_.fail("primaryKey", "names a field that isn't there");
    if (root_.find("sceau:dataset") != nullptr) return;
    Variable& v = field->variable;
    Variable key_variable;
    key_variable.name = v.name;
    key_variable.type = Type::text;
    key_variable.role = Role::identifier;
    key_variable.source = v.source;
    key_variable.label = v.label;
    key_variable.missing = v.missing;
    v = std::move(key_variable);
    field->comments.clear();
    field->comments.emplace_back(
        "The primary key: stored as a pseudonym. Decide: is it the unit, or a number of the row?");
  }

  void foreign_keys() {
    const auto keys = root_.sections("foreignKeys");
    for (const auto& key : keys) {
      const auto from = key.texts("fields");
      const auto reference = key.section("reference");
      if (!from || !reference) key.fail("", "needs fields and a reference");
      const auto to = reference->texts("fields");
      const auto resource = reference->text("resource").value_or("");
      if (from->size() != 1 || !to || to->size() != 1) {
        top("A foreign key of several fields was left out.");
        continue;
      }
      Field* field = field_called(from->front());
      if (field == nullptr) key.fail("fields", "names a field that isn't there");
      Variable& v = field->variable;
      // An empty name is this data set itself; its name is known at the end.
      v.references = Reference{resource.empty() ? "" : sql_name(resource), sql_name(to->front())};
      if (v.type == Type::text && v.role == Role::hidden) {
        v.type = Type::category;
        v.role = Role::classification;
        field->comments.emplace_back("A key of " + v.references->dataset +
                                     ". Decide: may it be shown, or is it an identifier there?");
      }
    }
  }

  void head(std::string_view dataset, const std::string& file_name) {
    Codebook& book = made_.codebook;
    const auto own = root_.section("sceau:dataset");
    std::string name = std::filesystem::path(file_name).filename().string();
    name = sql_name(name.substr(0, name.find('.')));
    if (own) name = own->text("name").value_or(name);
    book.name = dataset.empty() ? name : sql_name(dataset);
    book.population = book.name;
    book.unit = "row";
    if (own) {
      book.population = own->text("population").value_or(book.name);
      book.unit = own->text("unit").value_or("row");
      book.contributors = own->texts("contributors").value_or(std::vector<std::string>{});
      book.weight = own->text("weight").value_or("");
      if (const auto title = own->section("title")) book.title = label_both(*title);
    } else {
      top("From a Table Schema, which knows no roles: what it leaves open is hidden or counts as "
          "sensitive.");
      top("Decide: unit (is a row a unit?), contributors (the schools behind values), weight.");
      if (const auto title = root_.text("title")) book.title = label_in(*title, language_);
    }
    for (const auto& rest : root_.others({"$schema", "fields", "missingValues", "primaryKey",
                                          "foreignKeys", "sceau:dataset", "title"})) {
      top("Not taken over: " + rest);
    }
    for (Field& field : fields_) {
      auto& reference = field.variable.references;
      if (reference && reference->dataset.empty()) reference->dataset = book.name;
    }
  }

  /// What parse_codebook asks for whatever the schema said.
  static void finish(Field& field) {
    Variable& v = field.variable;
    if (v.source == std::vector{v.name}) v.source.clear();
    if (v.role == Role::identifier) {
      v.sensitive = false;
      v.values.clear();
      v.recode.clear();
      if (v.domain.empty()) v.domain = v.name;
    }
  }

  void top(const std::string& comment) { made_.comments[""].push_back(comment); }

  const JsonSection& root_;
  std::string_view language_;
  std::vector<Field> fields_;
  Inferred made_;
};

}  // namespace

Inferred read_table_schema(std::string_view json, const std::string& file_name,
                           std::string_view dataset, std::string_view language) {
  const Json document = parse_json(json, file_name, max_schema_bytes);
  const JsonSection root(document, file_name + ": ");
  return SchemaReader(root, language).read(dataset, file_name);
}

}  // namespace sceau::policies
