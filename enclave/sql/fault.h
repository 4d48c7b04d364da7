#pragma once
// The one exception of the SQL room: a statement that is not answered, with what a PostgreSQL
// client needs to show it. Texts and hints stand in messages_sql.cpp under the id; arguments are
// names, types, numbers and the researcher's own words, never values of the data.

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave::sql {

class SqlError final : public std::runtime_error {
 public:
  /// `position` counts characters of the statement's message from 1, as PostgreSQL does; 0: none.
  SqlError(std::string sqlstate, std::string id, std::vector<std::string> args = {},
           int position = 0);

  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::vector<std::string>& args() const { return args_; }
  [[nodiscard]] int position() const { return position_; }
  [[nodiscard]] std::string message(std::string_view language) const;
  [[nodiscard]] std::string hint(std::string_view language = "en") const;

 private:
  std::string sqlstate_;
  std::string id_;
  std::vector<std::string> args_;
  int position_;
};

}  // namespace sceau::enclave::sql
