#pragma once
// Which categories each contributor of the codebook determines (a school its département, its
// académie, its sector), found while the rows pass, exactly: A determines B where each code of A
// stands beside one code of B in every row, NULL of B being a code like the others. Rows without a
// code of A say nothing.
//
//   academie;uai        determines
//   LYON;U1
//   LYON;U1             uai -> academie; but not with a further row PARIS;U1 or ;U1
//
// Memory: 4 bytes a code of A for each pair that still holds. A contributor of more than
// `most_determining` codes is not followed: it then determines nothing, which is always safe to
// say.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "policies/codebook.h"

namespace sceau::enclave {

inline constexpr std::uint32_t most_determining = 1U << 20;

class Determination {
 public:
  /// The codes of a run of rows in the column of a variable (null_code where NULL); empty where the
  /// column holds none.
  using Codes = std::function<std::span<const std::uint32_t>(std::size_t variable)>;

  explicit Determination(const policies::Codebook& codebook);

  /// A further run of rows, the same one for every variable.
  void add(const Codes& codes);
  /// Of all rows so far: the variables that `variable` determines, in the codebook's order.
  [[nodiscard]] std::vector<std::size_t> of(std::size_t variable) const;

 private:
  struct Pair {
    std::size_t from;
    std::size_t to;
    std::vector<std::uint32_t> beside;  ///< by the code of `from`
    bool holds = true;
    bool met = false;
  };
  static void follow(Pair& pair, std::span<const std::uint32_t> from,
                     std::span<const std::uint32_t> to);

  std::vector<Pair> pairs_;
};

}  // namespace sceau::enclave
