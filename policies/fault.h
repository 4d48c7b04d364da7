#pragma once
// The one exception of storey `policies`: a document that can't be used, with where and what next.

#include <stdexcept>
#include <string>

namespace sceau::policies {

enum class Fault {
  unreadable,   ///< the file can't be opened or read
  syntax,       ///< not TOML, or a duplicate key
  unknown_key,  ///< a key that the format doesn't have
  wrong_type,   ///< a key with a value of another type or out of range
  missing,      ///< a key, rule or table that must stand there
  contradiction ///< two parts of the document that can't both hold
};

class PolicyError final : public std::runtime_error {
 public:
  /// `where` is "FILE:LINE:COLUMN" as far as known; `hint` may be empty.
  PolicyError(Fault fault, std::string where, const std::string& what, std::string hint = {})
      : std::runtime_error(where.empty() ? what : where + ": " + what),
        fault_(fault),
        where_(std::move(where)),
        hint_(std::move(hint)) {}

  [[nodiscard]] Fault fault() const { return fault_; }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }

 private:
  Fault fault_;
  std::string where_;
  std::string hint_;
};

}  // namespace sceau::policies
