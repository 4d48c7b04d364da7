// Texts of lines with a Merkle proof in them and a checkpoint behind: receipts, and what witnesses
// are asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "audit/hash.h"

namespace sceau::audit {

class ProofText {
 public:
  /// `what` and `hint` are for refusals: "a receipt", and what to do instead. `text` must outlive
  /// it.
  ProofText(std::string_view text, std::string what, std::string hint);

  /// Throws AuditError (bad_input), here and below.
  [[noreturn]] void refuse(const std::string& why) const;

  /// The next line, without its end.
  std::string_view line();
  /// A hash a line up to the empty one, which is taken too: at most 63, as trees are that high.
  std::vector<Digest> hashes();
  /// All that was not taken.
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
  std::string what_, hint_;
};

}  // namespace sceau::audit
