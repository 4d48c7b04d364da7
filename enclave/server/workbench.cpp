#include "enclave/server/workbench.h"

#include <algorithm>
#include <set>

#include "disclosure/fault.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

class FixedRows final : public RowSource {
 public:
  explicit FixedRows(std::vector<sql::Row> rows) : rows_(std::move(rows)) {}
  bool next(sql::Row& row) override {
    if (at_ == rows_.size()) return false;
    row = std::move(rows_[at_++]);
    return true;
  }

 private:
  std::vector<sql::Row> rows_;
  std::size_t at_ = 0;
};

/// Rows of SQLite's one running statement, as long as no other has taken its place.
class CursorRows final : public RowSource {
 public:
  CursorRows(std::shared_ptr<std::unique_ptr<sql::Cursor>> cursor, Interruption& interruption)
      : cursor_(std::move(cursor)), interruption_(interruption) {}
  ~CursorRows() override { cursor_->reset(); }
  CursorRows(const CursorRows&) = delete;
  CursorRows& operator=(const CursorRows&) = delete;

  bool next(sql::Row& row) override {
    if (!*cursor_) throw EnclaveError(Fault::unavailable, "server.rows_gone");
    try {
      if ((*cursor_)->next(row)) return true;
    } catch (const sql::SqlError&) {
      interruption_.raise();  // says which of cancel and time-out it was
      throw;
    }
    return false;
  }

 private:
  std::shared_ptr<std::unique_ptr<sql::Cursor>> cursor_;
  Interruption& interruption_;
};

/// The codebook lives in the source, which the workbench holds.
std::shared_ptr<const policies::Codebook> borrowed(const policies::Codebook& codebook) {
  return {std::shared_ptr<void>(), &codebook};
}

/// Without the codes that stand in no row that may be seen: a category that occurs elsewhere alone
/// is not told. Of numbers, and where no row may be read, that isn't known here: none is.
std::shared_ptr<const policies::Codebook> occurring(const Joinable& filtered) {
  auto codebook = std::make_shared<policies::Codebook>(*filtered.codebook);
  for (auto& variable : codebook->variables) {
    const auto info = filtered.source->column(variable.name);
    if (variable.values.empty() || !info) continue;
    std::set<std::string_view> there;
    if (info->kind == disclosure::ColumnKind::codes) {
      const auto& codes = filtered.source->dictionary(variable.name);
      there.insert(codes.begin(), codes.end());
    }
    std::erase_if(variable.values, [&](const auto& value) { return !there.contains(value.code); });
  }
  return codebook;
}

}  // namespace

std::unique_ptr<RowSource> rows_of(std::vector<sql::Row> rows) {
  return std::make_unique<FixedRows>(std::move(rows));
}

Workbench::Workbench(const SessionGrant& grant, SystemRows system_rows, std::uint64_t memory)
    : data_(grant.datasets, grant.pseudonyms) {
  std::vector<const disclosure::Source*> sources;
  for (const auto& dataset : data_.datasets()) {
    const auto& [source, codebook] = dataset.shown;
    catalog_.relations.push_back(sql::make_relation(*source, borrowed(*codebook)));
    if (dataset.visible) filtered_.push_back({source, codebook});
    sources.push_back(source);
  }
  for (const auto& outline : grant.outlines) {
    const auto& source = *outlines_.emplace_back(std::make_unique<OutlinedSource>(outline));
    catalog_.relations.push_back(sql::make_relation(source, borrowed(source.codebook())));
    if (outline.filtered) filtered_.push_back({&source, &source.codebook()});
    sources.push_back(&source);
  }
  catalog_.session = {grant.user, grant.project, grant.language};
  catalog_.system_rows = [this, rows = std::move(system_rows)](std::string_view relation) {
    if (relation == "variables" && !filtered_.empty()) return variables();
    return rows ? rows(relation) : std::vector<sql::Row>();
  };
  sql::Limits limits;
  if (memory > 0) limits.heap_bytes = static_cast<std::int64_t>(memory / 4 * 3);
  exploration_ = std::make_unique<sql::Exploration>(catalog_, std::move(sources), limits);
  cursor_ = std::make_shared<std::unique_ptr<sql::Cursor>>();
}

std::vector<sql::Row> Workbench::variables() const {
  sql::Catalog told;
  told.session = catalog_.session;
  for (const auto& relation : catalog_.relations) {
    const auto filtered = std::find_if(filtered_.begin(), filtered_.end(), [&](const auto& one) {
      return one.codebook->name == relation.name;
    });
    told.relations.push_back(filtered == filtered_.end()
                                 ? relation
                                 : sql::make_relation(*filtered->source, occurring(*filtered)));
  }
  return told.variables();
}

std::unique_ptr<RowSource> Workbench::run(const sql::Plan& plan, Interruption& interruption) {
  if (plan.fixed) return rows_of(*plan.fixed);
  try {
    if (plan.tabulation) return rows_of(tabulate(*plan.tabulation, interruption));
    if (plan.mixed) return mix(*plan.mixed, interruption);
  } catch (const disclosure::DisclosureError& error) {
    interruption.raise();
    const bool sqlite_can = error.fault() == disclosure::Fault::too_many_cells && plan.explore;
    if (!sqlite_can) throw;
  } catch (const EnclaveError& error) {
    // Not n:1, against what the codebook says: SQL knows what to do with it, the gate doesn't.
    if (error.id() != "store.join_not_unique" || !plan.explore) throw;
  }
  if (plan.explore) return explore(*plan.explore, interruption);
  if (plan.not_explorable) throw *plan.not_explorable;
  throw EnclaveError(Fault::internal, "server.internal", {"a plan without a way"});
}

std::vector<sql::Row> Workbench::explain(const sql::Plan& plan) {
  std::vector<sql::TableAccess> accesses;
  if (!plan.tabulation && (plan.mixed || plan.explore)) {
    cursor_->reset();
    accesses = exploration_->accesses(plan.mixed ? plan.mixed->around : *plan.explore);
  }
  return sql::explain_rows(plan, accesses, catalog_.session.language);
}

std::vector<sql::Row> Workbench::tabulate(const sql::TabulationPlan& plan,
                                          Interruption& interruption) {
  const auto& tabulation = plan.tabulation;
  const auto ground = data_.ground(tabulation);
  const auto table = disclosure::tabulate(tabulation, *ground.source, *ground.codebook,
                                          interruption.question(), 0, disclosure::Detail::results);
  return sql::format_rows(table, plan);
}

std::unique_ptr<RowSource> Workbench::mix(const sql::MixedPlan& plan, Interruption& interruption) {
  std::vector<sql::ComputedTable> computed;
  for (const auto& part : plan.parts) {
    computed.push_back({sql::types_of(part), tabulate(part, interruption)});
  }
  return explore(plan.around, interruption, std::move(computed));
}

std::unique_ptr<RowSource> Workbench::explore(const sql::ExplorePlan& plan,
                                              Interruption& interruption,
                                              std::vector<sql::ComputedTable> computed) {
  cursor_->reset();
  cursor_ = std::make_shared<std::unique_ptr<sql::Cursor>>();
  *cursor_ = std::make_unique<sql::Cursor>(
      exploration_->run(plan, interruption.question(), std::move(computed)));
  return std::make_unique<CursorRows>(cursor_, interruption);
}

}  // namespace sceau::enclave
