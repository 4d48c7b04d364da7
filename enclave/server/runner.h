#pragma once
// What a statement does: explores, asks the gate, or moves the transaction. No protocol: the
// session turns outcomes into messages.
//
// A transaction is what gathers outputs for one request. Outside of one, a COPY asks at once; in a
// message of several statements the message is one; BEGIN opens one until COMMIT or ROLLBACK. A
// faulty statement inside BEGIN takes nothing back but itself; inside a message it takes back all.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "enclave/server/drafts.h"
#include "enclave/server/gate.h"
#include "enclave/server/interruption.h"
#include "enclave/server/pgreply.h"
#include "enclave/server/workbench.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave {

using Values = std::vector<std::optional<std::string>>;

struct Outcome {
  enum class Shape { command, rows, copy_out };
  Shape shape = Shape::command;
  std::string tag;                         ///< a command's; else the word before the count
  std::vector<sql::ResultColumn> columns;  ///< rows, copy_out
  std::unique_ptr<RowSource> rows;         ///< rows, copy_out
  sql::CopyFormat copy;
  std::vector<pg::Report> notices;
  std::optional<pg::Report> refusal;  ///< the answer is no (SD001, SD002): and no completion
};

class Runner {
 public:
  Runner(const SessionGrant& grant, Gate& gate, Workbench& workbench, Interruption& interruption);

  /// Throws what the engines and the gate throw.
  [[nodiscard]] Outcome run(const sql::Statement& statement, const Values& values);

  /// A setting of the start packet, as SET would make it. Throws what SET throws.
  void preset(const std::string& name, const std::string& value);

  /// A message of several statements begins: together they are one transaction.
  void begin_message();
  /// It ends well: what was gathered is asked for, unless BEGIN keeps it. nullopt: nothing was.
  [[nodiscard]] std::optional<pg::Report> end_message();
  /// It ends at a faulty statement.
  void abandon_message();

  [[nodiscard]] pg::Transaction transaction() const {
    return mode_ == Mode::block ? pg::Transaction::open : pg::Transaction::idle;
  }
  /// "en" or "fr", chosen when the session began: of its texts, and of the labels in its files.
  [[nodiscard]] const std::string& language() const { return language_; }
  [[nodiscard]] std::chrono::milliseconds time_limit() const { return time_limit_; }
  /// The rows of sceau.last_request: request, state, verdict, outputs, findings; or none.
  [[nodiscard]] std::vector<sql::Row> last_request_rows() const;

 private:
  enum class Mode { none, message, block };

  Outcome select(const sql::Statement& statement, const Values& values);
  Outcome see(const sql::Statement& statement, const sql::Plan& plan);
  Outcome explain(const sql::Statement& statement, const Values& values);
  Outcome explain_disclosure(const sql::Statement& statement, const Values& values);
  Outcome explain_propose(const sql::Statement& statement, const Values& values);
  Outcome copy_file(const sql::Statement& statement, const Values& values);
  Outcome egress(const sql::Statement& statement, const Values& values);
  Outcome acro(const sql::Statement& statement, const Values& values);
  Outcome begin();
  Outcome commit();
  Outcome rollback();
  Outcome set(const sql::Statement& statement);
  std::vector<JudgedOutput> ask(OutputDraft draft, Outcome& outcome);
  void tell(const Submission& submission, Outcome& outcome);

  std::string language_;
  bool aggregates_;  ///< what reads data is answered by the gate alone
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds time_limit_;
  Gate& gate_;
  Workbench& workbench_;
  Interruption& interruption_;
  PendingRequest pending_;
  Mode mode_ = Mode::none;
  std::optional<Submission> last_;
};

}  // namespace sceau::enclave
