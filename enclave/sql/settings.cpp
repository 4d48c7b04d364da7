#include "enclave/sql/settings.h"

#include <array>

namespace sceau::enclave::sql {
namespace {

struct Setting {
  std::string_view name, value;
};

constexpr std::array settings = {Setting{"bytea_output", "hex"},
                                 Setting{"client_encoding", "UTF8"},
                                 Setting{"client_min_messages", "notice"},
                                 Setting{"datestyle", "ISO, YMD"},
                                 Setting{"default_transaction_isolation", "serializable"},
                                 Setting{"default_transaction_read_only", "on"},
                                 Setting{"extra_float_digits", "1"},
                                 Setting{"intervalstyle", "postgres"},
                                 Setting{"is_superuser", "off"},
                                 Setting{"max_identifier_length", "63"},
                                 Setting{"row_security", "on"},
                                 Setting{"search_path", "public"},
                                 Setting{"server_encoding", "UTF8"},
                                 Setting{"server_version", server_version},
                                 Setting{"server_version_num", "150000"},
                                 Setting{"standard_conforming_strings", "on"},
                                 Setting{"timezone", "UTC"},
                                 Setting{"transaction_isolation", "serializable"},
                                 Setting{"transaction_read_only", "on"}};

}  // namespace

std::string setting_value(std::string_view name, const SessionFacts& session) {
  if (name == "session_authorization") return session.user;
  if (name == "lc_messages") return session.language == "fr" ? "fr_FR.UTF-8" : "en_US.UTF-8";
  for (const auto& setting : settings) {
    if (setting.name == name) return std::string(setting.value);
  }
  return {};
}

}  // namespace sceau::enclave::sql
