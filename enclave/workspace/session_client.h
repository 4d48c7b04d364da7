#pragma once
// Asks the session for a release from inside a workspace: `SELECT sceau.egress(name, title, bytes)`
// over its socket, by the few messages of the PostgreSQL protocol that this takes. Written out here
// because libpq would bring GSSAPI and LDAP into every process of this program.

#include <filesystem>
#include <string>
#include <vector>

namespace sceau::enclave {

struct SessionPeer {
  std::filesystem::path socket;
  std::string user;
  std::string database;
  std::string options;  ///< PGOPTIONS
};

/// What a session said: a refusal has a state ("SD002"), an answer none.
struct SessionAnswer {
  std::string state;
  std::string message;
  std::string hint;
  std::vector<std::string> notices;
  std::string value;  ///< of the one cell
};

/// Throws unavailable (workspace.no_session) where nobody answers as agreed.
[[nodiscard]] SessionAnswer ask_egress(const SessionPeer& peer, const std::string& name,
                                       const std::string& title, const std::string& bytes);

}  // namespace sceau::enclave
