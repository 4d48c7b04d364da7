#include "enclave/sql/parse.h"

#include <pg_query.h>

#include <memory>
#include <string>

#include "enclave/sql/fault.h"
#include "enclave/sql/fences.h"
#include "enclave/sql/reader.h"

namespace sceau::enclave::sql {

std::vector<Statement> parse(std::string_view text) {
  check_fences(text);
  const std::string terminated(text);
  const auto parsed = pg_query_parse_protobuf(terminated.c_str());
  const std::unique_ptr<const PgQueryProtobufParseResult,
                        void (*)(const PgQueryProtobufParseResult*)>
      freed(&parsed, [](const PgQueryProtobufParseResult* result) {
        pg_query_free_protobuf_parse_result(*result);
      });
  if (parsed.error) {
    throw SqlError("42601", "sql.syntax", {parsed.error->message}, parsed.error->cursorpos);
  }
  const std::unique_ptr<PgQuery__ParseResult, void (*)(PgQuery__ParseResult*)> tree(
      pg_query__parse_result__unpack(nullptr, parsed.parse_tree.len,
                                     reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data)),
      [](PgQuery__ParseResult* result) { pg_query__parse_result__free_unpacked(result, nullptr); });
  if (!tree) throw SqlError("XX000", "sql.internal", {"tree"});
  if (tree->n_stmts > max_statements) {
    throw SqlError("54000", "sql.too_many_statements", {std::to_string(max_statements)});
  }
  Reader reader(text);
  std::vector<Statement> statements;
  for (std::size_t i = 0; i < tree->n_stmts; ++i) {
    statements.push_back(reader.statement(*tree->stmts[i]));
  }
  return statements;
}

}  // namespace sceau::enclave::sql
