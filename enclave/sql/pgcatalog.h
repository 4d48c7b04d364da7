#pragma once
// What clients ask PostgreSQL's own catalogue: psql's \d and its kin, completion, drivers and
// information_schema. Such queries are full of regular expressions, casts to regclass and arrays,
// so they are not typed and run: the question is recognised in PostgreSQL's tree (which relation of
// the catalogue, which columns, which names), and answered from the session's catalogue.
//
//   \dt+        pg_class: a row a data set, its title as the description
//   \d+ lycees  pg_class by name, then pg_attribute by OID: labels as descriptions
//   \di         a relation that has nothing here: no rows
//
// Questions that are not recognised (SELECT * of a catalogue, say) are refused as any relation that
// doesn't exist.

#include <pg_query/pg_query.pb-c.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "enclave/sql/catalog.h"

namespace sceau::enclave::sql {

struct CatalogQuestion {
  /// One output column: the column, function or CASE that it is, and its name.
  struct Wanted {
    std::string key;
    std::string name;
  };
  /// A condition on a name: equality, LIKE, or psql's regular expression "^(x.*)$".
  struct Pattern {
    enum class Kind { equal, like, regex } kind = Kind::equal;
    std::string column;
    std::string text;
  };
  std::string relation;  ///< "pg_class", "information_schema.tables", …
  std::vector<Wanted> wanted;
  std::vector<Pattern> patterns;
  std::vector<std::string> kinds;  ///< relkind IN (…); empty: any
  bool visible_only = false;       ///< pg_table_is_visible
};

/// nullptr: the query asks no catalogue, or not in a form that is known.
[[nodiscard]] std::shared_ptr<const CatalogQuestion> read_question(
    const PgQuery__SelectStmt& query);

struct CatalogAnswer {
  std::vector<ResultColumn> columns;
  std::vector<Row> rows;
};
[[nodiscard]] CatalogAnswer answer_question(const CatalogQuestion& question,
                                            const Catalog& catalog);

/// Whether a name is meant. Of regular expressions, what psql makes of its patterns: ^(…)$ around
/// letters, . and .*, quoted signs; any other sign matches nothing.
[[nodiscard]] bool matches(const CatalogQuestion::Pattern& pattern, std::string_view name);

}  // namespace sceau::enclave::sql
