#pragma once
// One session as PostgreSQL's protocol sees it: messages in, bytes out, with prepared statements,
// portals and the order of replies that libpq expects. Every statement is in the log before it runs
// and after it ran.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "enclave/server/pgreply.h"
#include "enclave/server/pgwire.h"
#include "enclave/server/runner.h"

namespace sceau::enclave {

inline constexpr std::size_t max_prepared = 1'000;
inline constexpr std::size_t max_portals = 100;

class Session {
 public:
  /// `send` delivers bytes to the client, and throws server.client_gone where there is none.
  using Send = std::function<void(std::string_view)>;

  Session(Runner& runner, Gate& gate, Workbench& workbench, Interruption& interruption, Send send);
  ~Session();

  /// What a client hears after it was let in.
  void greet(const std::string& application, std::uint32_t pid, std::uint32_t key);

  /// False: the client said goodbye. Throws EnclaveError where client or broker is gone.
  [[nodiscard]] bool take(const pg::Message& message);

 private:
  struct Prepared;
  struct Portal;

  void query(const pg::Query& query);
  bool simple_statement(const sql::Statement& statement, bool last);
  void parse(const pg::Parse& parse);
  void bind(const pg::Bind& bind);
  void describe(const pg::Describe& describe);
  void execute(const pg::Execute& execute);
  void close(const pg::Close& close);
  void sync();
  void forget(const sql::Statement& statement);

  void start(Portal& portal);
  bool stream(Portal& portal, std::uint64_t most_rows);
  void complete(Portal& portal);
  void log_end(Portal& portal, const std::string& outcome);
  void log_refused(const std::string& text, const std::string& sqlstate);
  std::string report_error();
  void flush();
  void flush_if_full();

  Runner& runner_;
  Gate& gate_;
  Workbench& workbench_;
  Interruption& interruption_;
  Send send_;
  pg::Reply reply_;
  std::map<std::string, std::shared_ptr<Prepared>> prepared_;
  std::map<std::string, std::unique_ptr<Portal>> portals_;
  bool skipping_ = false;  ///< after an error in the extended protocol, until Sync
};

/// Whether an error means that there is nobody left to answer.
[[nodiscard]] bool ends_session(const std::exception_ptr& error);

}  // namespace sceau::enclave
