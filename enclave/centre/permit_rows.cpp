#include "enclave/centre/permit_rows.h"

#include "enclave/centre/outlined.h"
#include "enclave/fault.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave {
namespace {

using disclosure::Condition;

[[noreturn]] void refuse(const std::string& why) {
  throw EnclaveError(Fault::bad_input, "centre.bad_rows", {why});
}

/// The predicate stands in a SELECT of one count; whatever else the text makes of that SELECT was
/// no predicate.
disclosure::Tabulation counted(const std::string& sql, const OutlinedSource& outline) {
  sql::Catalog catalog;
  catalog.relations.push_back(
      sql::make_relation(outline, {std::shared_ptr<void>(), &outline.codebook()}));
  // On a line of its own: a comment in it ends there.
  const auto text = "SELECT count(*) FROM \"" + outline.dataset() + "\" WHERE (\n" + sql + "\n)";
  try {
    const auto statements = sql::prepare(text, catalog, {});
    if (statements.size() != 1 || statements[0].kind != sql::StatementKind::select ||
        !statements[0].parameters.empty()) {
      refuse("one predicate, without parameters");
    }
    const auto plan = sql::plan_select(statements[0], catalog, {});
    if (plan.tabulation) return plan.tabulation->tabulation;
    refuse(plan.not_a_tabulation ? sql::reason_text(*plan.not_a_tabulation)
                                 : std::string("it names no column"));
  } catch (const sql::SqlError& error) {
    refuse(error.what());
  }
}

bool is_plain_count(const disclosure::Tabulation& tabulation, std::size_t vintages) {
  const bool one = tabulation.columns.size() == 1 && tabulation.dimensions.empty() &&
                   tabulation.references.empty() && !tabulation.having_minimum &&
                   tabulation.vintages.size() == vintages;
  if (!one) return false;
  const auto& column = tabulation.columns[0];
  return column.statistic == disclosure::Statistic{} && !column.denominator && !column.model &&
         !column.percentage;
}

}  // namespace

Condition read_permit_rows(const std::string& sql, const std::string& codebook,
                           const std::vector<std::string>& vintages) {
  const OutlinedSource outline({vintages, codebook, std::nullopt, true});
  auto tabulation = counted(sql, outline);
  if (!is_plain_count(tabulation, vintages.size())) refuse("it is more than a predicate");
  auto condition = std::move(tabulation.where);
  check_permit_rows(condition, codebook);
  return condition;
}

void check_permit_rows(const Condition& condition, const std::string& codebook) {
  const auto book = policies::parse_codebook(codebook, "codebook.toml");
  const auto variables = disclosure::variables_of(condition);
  if (variables.empty()) throw EnclaveError(Fault::bad_input, "centre.rows_always");
  for (const auto& name : variables) {
    if (name == "vintage") continue;
    const auto* variable = book.find(name);
    if (variable == nullptr || variable->role == policies::Role::hidden) {
      throw EnclaveError(Fault::bad_input, "centre.rows_unknown", {name});
    }
    if (variable->role == policies::Role::identifier) {
      throw EnclaveError(Fault::bad_input, "centre.rows_identifier", {name});
    }
  }
}

}  // namespace sceau::enclave
