#pragma once
// A small world for the SQL room's tests: pupils of two vintages in memory, and what a session
// makes of a text over them.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/memory_source.h"
#include "disclosure/tabulation.h"
#include "enclave/sql/plan.h"
#include "enclave/sql/sandbox.h"

namespace sceau::enclave::sql::test {

/// eleves: academie, departement (parent academie), sexe, niveau, uai, ine (identifier), annee
/// (integer classification), age (integer measure), note (decimal, 2), poids (real), naissance
/// (date), prenom (text), cache (hidden).
[[nodiscard]] std::shared_ptr<const policies::Codebook> codebook();

class World {
 public:
  explicit World(std::size_t rows = 60, unsigned seed = 1);

  /// Of the same pupils, those that a filter lets be seen.
  struct Seen {
    disclosure::Condition condition;
    /// The same by a pupil's values in the codebook's order, with the vintage behind them.
    std::function<bool(const std::vector<std::optional<std::string>>&)> holds;
    /// Rows outside lie hidden behind a FilteredSource; else they were never there.
    bool filtered = true;
  };
  World(std::size_t rows, unsigned seed, const Seen& seen);

  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const disclosure::Source& source() const { return *source_; }
  [[nodiscard]] Statement prepare(std::string_view text) const;
  [[nodiscard]] Plan plan(std::string_view text,
                          std::vector<std::optional<std::string>> values = {}) const;
  /// By SQLite; by the engine.
  [[nodiscard]] std::vector<Row> explore(const Plan& plan) const;
  [[nodiscard]] std::vector<Row> tabulate(
      const Plan& plan, disclosure::Detail detail = disclosure::Detail::evidence) const;
  /// By SQLite, "a|b\nc|" with NULL as nothing: short enough to stand in a test.
  [[nodiscard]] std::string rows(std::string_view text) const;
  /// The fault's SQLSTATE, or "" where it runs to its end.
  [[nodiscard]] std::string refusal(std::string_view text) const;
  /// The whole data as CSV, for a peer.
  [[nodiscard]] std::string csv() const;

 private:
  void open();

  std::unique_ptr<disclosure::Source> behind_;  ///< of a filtered source
  std::unique_ptr<disclosure::Source> source_;
  Catalog catalog_;
  std::unique_ptr<Exploration> exploration_;
};

[[nodiscard]] std::string shown(const std::vector<Row>& rows);

/// Equal as numbers: 30 and 30.0. Where `doubles` are summed, but for the last digits.
[[nodiscard]] bool same_rows(const std::vector<Row>& a, const std::vector<Row>& b, bool doubles);

}  // namespace sceau::enclave::sql::test
