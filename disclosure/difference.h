#pragma once
// Evidence of what is left when one cell is subtracted from another that holds it. A derived cell
// is a cell: it gets the same evidence, and so the same rules. What contributors, units and values
// give to the rest is what they give to the whole less what they give to the part.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "disclosure/groups.h"
#include "disclosure/plan.h"
#include "disclosure/profiles.h"
#include "disclosure/released_sets.h"

namespace sceau::disclosure {

/// Contributors, units and values by profile: one more pass over the rows, made only where a
/// difference has to be judged.
class EntityTables {
 public:
  EntityTables(const Source& rows, const policies::Codebook& codebook, const Profiles& profiles,
               const std::vector<Known>& known, const Cancelled& cancelled);
  EntityTables(const EntityTables&) = delete;
  EntityTables& operator=(const EntityTables&) = delete;

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const Groups& groups() const { return groups_; }
  /// The measure of an operand, 0 (rows) where there is none.
  [[nodiscard]] std::size_t measure_of(const Known* known) const;
  /// The kind whose entities are the operand's values; only of magnitudes.
  [[nodiscard]] std::optional<std::size_t> values_of(const Known& known) const;
  /// |value| of an entity of such a kind.
  [[nodiscard]] Number size_of_value(std::size_t kind, std::uint32_t entity) const;

 private:
  std::vector<std::optional<std::size_t>> value_kinds_;  // by known; filled as the plan is made
  Plan plan_;
  Groups groups_;
  std::vector<Interner> entities_;
  std::vector<Known> known_;
};

/// One family's cells with their entities.
class FamilyEvidence {
 public:
  FamilyEvidence(const EntityTables& tables, const Family& family);

  /// Evidence of `cell` less the inner family's `part`, which it holds; `known`: of this operand's
  /// sum (both families tell it), null: of the rows.
  [[nodiscard]] Evidence rest(std::size_t cell, const FamilyEvidence& inner, std::size_t part,
                              const Known* known) const;

 private:
  using Pairs = std::vector<std::uint32_t>;
  struct Left {
    std::int64_t rows = 0;
    Number sum;
  };

  [[nodiscard]] const Pairs& by_size(std::size_t kind, std::size_t measure, std::size_t cell) const;
  [[nodiscard]] const Pairs& by_value(std::size_t kind, std::size_t cell) const;
  [[nodiscard]] std::uint32_t entity(std::size_t kind, std::uint32_t pair) const {
    return static_cast<std::uint32_t>(groups_.pairs[kind].keys()[pair]);
  }
  /// What is left of each entity that gives to the part.
  [[nodiscard]] std::map<std::uint32_t, Left> left(std::size_t kind, std::size_t measure,
                                                   std::size_t cell, const FamilyEvidence& inner,
                                                   std::size_t part) const;
  [[nodiscard]] Contributions contributions(std::size_t kind, std::size_t measure, std::size_t cell,
                                            const FamilyEvidence& inner, std::size_t part) const;
  void judge_values(std::size_t kind, std::size_t cell, const FamilyEvidence& inner,
                    std::size_t part, Evidence& evidence) const;

  const EntityTables* tables_;
  Groups groups_;
  std::vector<std::vector<Evidence>> evidence_;  // by measure and cell
  std::vector<std::vector<Pairs>> pairs_;        // by kind and cell
  mutable std::map<std::pair<std::size_t, std::size_t>, std::vector<std::optional<Pairs>>> sorted_;
};

}  // namespace sceau::disclosure
