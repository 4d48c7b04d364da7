#pragma once
// A source pressed together for the release history: rows that agree in every variable that some
// table names are one profile with a weight. A thousand earlier tables are compared over thousands
// of profiles instead of millions of rows, with the same result: what tables count of a profile
// they count whole.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "disclosure/table.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// What tables look at: values that they group or filter by (and those of 0/1 operands, whose ones
/// are counted), and operands of which only presence decides what is counted.
struct Named {
  std::set<std::string> values;
  std::set<std::string> presence;
  std::set<std::string> vintages;

  void add(const Tabulation& tabulation, const policies::Codebook& codebook);
};

class Profiles {
 public:
  /// Reads each named vintage's segments once. Throws DisclosureError.
  Profiles(const Source& rows, const Named& named, const Cancelled& cancelled);

  /// One row a profile, ascending; a segment a vintage.
  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] std::size_t size() const { return weights_.size(); }
  [[nodiscard]] std::int64_t weight(std::size_t profile) const { return weights_[profile]; }
  /// The first profile of a segment of source().
  [[nodiscard]] std::size_t first_of(std::size_t segment) const { return firsts_[segment]; }
  /// The profile of each row of a segment of `rows`; empty where its vintage isn't named.
  [[nodiscard]] const std::vector<std::uint32_t>& of_rows(std::size_t segment) const {
    return of_rows_[segment];
  }

 private:
  std::unique_ptr<Source> source_;
  std::vector<std::int64_t> weights_;
  std::vector<std::size_t> firsts_;
  std::vector<std::vector<std::uint32_t>> of_rows_;
};

}  // namespace sceau::disclosure
