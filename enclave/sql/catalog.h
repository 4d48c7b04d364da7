#pragma once
// What a session may name: the data sets that its permit covers, each with the permitted columns
// alone, and the system relations sceau.*. A name that is not here doesn't exist for the session:
// messages never tell a hidden or unpermitted variable from one that never was.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/source.h"
#include "enclave/sql/type.h"
#include "policies/codebook.h"

namespace sceau::enclave::sql {

struct RelationColumn {
  std::string name;
  Type type = Type::text;
  int scale = 0;                                 ///< numeric: digits behind the point
  const policies::Variable* variable = nullptr;  ///< null for "vintage"
};

/// A data set: "lycees" is all vintages that the permit covers, "lycees@2021" (quoted) one of them.
struct Relation {
  std::string name;
  std::vector<std::string> vintages;  ///< ascending
  std::shared_ptr<const policies::Codebook> codebook;
  std::vector<RelationColumn> columns;  ///< codebook's order, then "vintage" (text)

  [[nodiscard]] const RelationColumn* find(std::string_view column) const;
};

/// From a permitted source: its columns are those that may be named; the codebook gives the types
/// (category, text, identifier: text; integer: int8; decimal: numeric, float8 where the source
/// holds doubles; date: date).
[[nodiscard]] Relation make_relation(const disclosure::Source& source,
                                     std::shared_ptr<const policies::Codebook> codebook);

/// sceau.requests and its kin: columns are fixed here, rows come from the worker.
struct SystemRelation {
  std::string_view name;  ///< without "sceau."
  std::string_view comment;
  std::vector<ResultColumn> columns;
};
/// requests, findings, comments, variables, permit, last_request.
[[nodiscard]] std::span<const SystemRelation> system_relations();
[[nodiscard]] const SystemRelation* find_system_relation(std::string_view name);

struct SessionFacts {
  std::string user;
  std::string project;
  std::string language = "en";  ///< "fr" | "en": labels in \d+ and variables
};

struct Catalog {
  std::vector<Relation> relations;
  SessionFacts session;
  /// Rows of a system relation as text, in its columns' order; called at each use.
  /// `variables` is answered by the catalog itself where this returns nothing for it.
  std::function<std::vector<Row>(std::string_view relation)> system_rows;

  /// A relation by data-set name, "name@vintage" included; `vintage` then says which one.
  struct Found {
    const Relation* relation = nullptr;
    std::optional<std::string> vintage;
  };
  [[nodiscard]] std::optional<Found> find(std::string_view name) const;
  /// "lycees, sceau.requests, …": what may be named, for hints.
  [[nodiscard]] std::string names() const;
  /// sceau.variables: relation, variable, type, role, label, values.
  [[nodiscard]] std::vector<Row> variables() const;
};

}  // namespace sceau::enclave::sql
