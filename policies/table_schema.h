#pragma once
// Codebooks to and from Table Schema (Data Package standard: datapackage.org/standard/table-schema,
// versions 1 and 2), the JSON that open-data portals describe CSV columns with.
//
// A schema knows types, bounds and code lists; it doesn't know roles. What it leaves open is taken
// on the side of showing less, and said in a comment: free text and whole numbers without bounds
// are hidden, keys are identifiers, code lists are sensitive until somebody says otherwise.
//
// What a schema has no word for is exported as properties "sceau:…", which other readers ignore;
// with them a codebook comes back as it was (but for its [[files]] rules and comments), without
// them it keeps names, types, bounds and code lists.

#include <string>
#include <string_view>

#include "policies/infer.h"

namespace sceau::policies {

inline constexpr std::size_t max_schema_bytes = std::size_t{16} << 20U;

/// `dataset`: the table's name in SQL; empty: the schema's own (sceau:dataset), else
/// `file_name`'s. Titles become labels of `language` ("fr" | "en"). The codebook passes
/// parse_codebook once written by to_toml, or that says what is wrong with it.
/// Throws PolicyError: not JSON or a property twice (syntax), a property of another type or a
/// number that can't be kept exactly (wrong_type), no fields (missing); `where` is
/// "FILE: fields[3].constraints.minimum".
[[nodiscard]] Inferred read_table_schema(std::string_view json, const std::string& file_name,
                                         std::string_view dataset, std::string_view language);

/// A schema of all variables, as the codebook names them. Titles in `language`, else in the other
/// one. Ends with a line's end.
[[nodiscard]] std::string write_table_schema(const Codebook& codebook, std::string_view language);

}  // namespace sceau::policies
