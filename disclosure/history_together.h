#pragma once
// What all released cells tell together (levels 2 and 3 of the release history), and what the rules
// say of it.

#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/compare.h"
#include "disclosure/gathered.h"
#include "disclosure/history.h"
#include "disclosure/history_bounds.h"
#include "disclosure/history_findings.h"

namespace sceau::disclosure {

class Together {
 public:
  /// The references must outlive it.
  Together(const Question& question, const std::vector<const Remembered*>& earlier,
           const Profiles& profiles, TableComparison& comparison, const policies::Policy& policy,
           HistoryFindings& findings);

  /// After the new table was gathered; adds findings. False: out of budget, and more may follow.
  [[nodiscard]] bool judge(Gathered& gathered, const HistoryBudget& budget);

  /// After it: small parts of which it isn't known whether they are told too closely.
  [[nodiscard]] std::size_t in_doubt() const { return in_doubt_; }

 private:
  bool ask(const Gathered& gathered, std::optional<std::size_t> operand, const Answer& answer,
           std::uint64_t& steps);
  void ask_of_bounds(const Gathered& gathered, const Answer& counts, const BoundsBudget& budget,
                     std::uint64_t& steps);
  [[nodiscard]] std::vector<bool> surely_pass(const Gathered& gathered,
                                              const std::vector<Follows>& sets,
                                              const std::vector<const Known*>& known);
  void add(const Gathered& gathered, const Follows& follows, const Judged& judged);
  void add(const Gathered& gathered, const Narrowed& narrowed, const Judged& judged);
  /// The new table's cell that a finding is on.
  void name(const std::optional<ReleasedCell>& cell, const Judged& judged,
            HistoryFindings::Combined& combined) const;
  void name_hidden(const Gathered& gathered, const std::optional<std::size_t>& hidden,
                   HistoryFindings::Combined& combined) const;

  const Question* question_;
  const std::vector<const Remembered*>* earlier_;
  const Profiles* profiles_;
  TableComparison* comparison_;
  policies::Policy policy_;
  HistoryFindings* findings_;
  std::size_t in_doubt_ = 0;
};

}  // namespace sceau::disclosure
