#pragma once
// A custodian's waiver: findings of one rule on one variable, or on one cell, no longer make a
// verdict worse. They stay in sight, with the waiver's id.
//
//   dominance on `capacite` (school sizes are public):
//       sum(capacite) by academie, one school holds 95 %:     waived, the verdict is what is left
//       avg(note) by academie, one school holds 95 %:         another variable: counts as before
//   threshold on the cell academie=CORSE, sexe=F (4 pupils, published by the ministry):
//       count(*) by academie, sexe:                           that cell is waived, others are not
//       avg(note) by academie, sexe:                          the mean of 4 notes still counts
//       the same with WHERE naissance < 2005:                 fewer pupils, another cell: counts
//
// Nothing can be waived of `history` (what several releases tell together is nobody's single cell)
// nor of `tabulation` (what is no table has nothing that a waiver could name).

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"

namespace sceau::disclosure {

struct Waiver {
  std::string id;       ///< "W-000001"
  std::string dataset;  ///< all its vintages
  policies::Rule rule = policies::Rule::threshold;
  /// The data set's own variable; empty: any. A finding is on it where it is what the finding's
  /// statistic is made of alone (every part of a ratio; no second variable, no weight), or where it
  /// is a dimension, plainly, not recoded, that the finding's cell is broken down by; of group
  /// disclosure, where it is the sensitive variable that the finding names.
  std::string variable;
  /// Variables and their codes (nullopt: NULL), ascending by variable, no margins; empty: any cell.
  /// A finding is on it where its cell is broken down by exactly these and the table has neither
  /// WHERE nor, in that statistic, FILTER. Alone it is for counts of rows: that 4 pupils are there
  /// is no leave to tell their mean. With a variable it is for that variable's statistics alone.
  std::vector<Coordinate> cell;
  friend bool operator==(const Waiver&, const Waiver&) = default;
};

/// Every rule of a policy but history.
[[nodiscard]] bool can_be_waived(policies::Rule rule);

/// Whether the waiver is for this finding on an output of this tabulation. A waiver with neither
/// variable nor cell covers nothing.
[[nodiscard]] bool covers(const Waiver& waiver, const Finding& finding,
                          const Tabulation& tabulation);

/// Marks what is covered (the first waiver that fits) and joins the verdict again from the rest. A
/// verdict never gets worse, and gets better only by what was marked.
[[nodiscard]] Judgement apply_waivers(Judgement judgement, const Tabulation& tabulation,
                                      std::span<const Waiver> waivers);

/// One JSON object: equal waivers, equal bytes.
[[nodiscard]] std::string to_json(const Waiver& waiver);
/// Strict: throws DisclosureError(malformed) on anything that to_json would not write.
[[nodiscard]] Waiver waiver_from_json(std::string_view json);

}  // namespace sceau::disclosure
