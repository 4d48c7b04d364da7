#pragma once
// The checker: verdict = f(tabulation, evidence, policy, history). A pure function of its inputs:
// the same tabulation over the same rows under the same policy and history gives the same
// judgement, byte for byte, years later.

#include <span>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "disclosure/table.h"
#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"
#include "policies/codebook.h"
#include "policies/policy.h"

namespace sceau::disclosure {

/// An earlier output that counts: released, approved or pending, of any project of the population.
struct Remembered {
  std::string request;  ///< "R-2026-000001"
  int output = 1;       ///< 1-based
  std::string project;
  bool opaque = false;  ///< a file that a reviewer let out: no tabulation
  Tabulation tabulation;
};

/// A vintage that another one replaced: two versions of the same rows.
struct Supersession {
  std::string dataset;
  std::string vintage;  ///< the old one
  std::string by;       ///< the one that replaced it, of the same data set
  friend bool operator==(const Supersession&, const Supersession&) = default;
};

struct Question {
  Tabulation tabulation;
  std::string project;
  std::vector<Remembered> history;       ///< oldest first
  std::vector<Supersession> superseded;  ///< of the question's data set (superseded.h)
};

struct Examination {
  Table table;
  Judgement judgement;
};

/// `source` must hold the vintages of the question and of its history's tabulations on the same
/// data set; a remembered tabulation that can't be compared (another data set of the population, an
/// opaque file, a vintage that is not there) makes the verdict at least `review`, said so.
/// Throws DisclosureError.
[[nodiscard]] Examination examine(const Question& question, const Source& source,
                                  const policies::Codebook& codebook,
                                  const policies::Policy& policy, const Cancelled& cancelled = {});

/// The judgement of an output that is no tabulation: `review`, with the reason.
[[nodiscard]] Judgement not_a_tabulation(const Message& reason);

/// verdict.json's "outputs" element (design: "Two documents"); one JSON object.
[[nodiscard]] std::string to_json(const Judgement& judgement, const std::string& output_name,
                                  const Tabulation* tabulation, std::size_t cells,
                                  std::string_view language, const Words& words = text);

}  // namespace sceau::disclosure
