#pragma once
// What a session asks of the broker. The worker's implementation sends frames; tests play a broker
// of their own.

#include <cstdint>
#include <string>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/centre/exchange.h"

namespace sceau::enclave {

class Gate {
 public:
  virtual ~Gate() = default;

  /// Durable when it returns; the number is for statement_finished.
  virtual std::uint64_t statement_started(const std::string& text) = 0;
  /// `outcome`: "done" or the SQLSTATE.
  virtual void statement_finished(std::uint64_t started, const std::string& outcome,
                                  std::uint64_t rows) = 0;
  virtual std::vector<JudgedOutput> explain(const std::vector<OutputDraft>& drafts) = 0;
  virtual Submission submit(const std::vector<OutputDraft>& drafts) = 0;
  /// Where the policy shows aggregates only: the verdict, and the cells where it is pass.
  virtual Seen see(const OutputDraft& draft) = 0;
  virtual void withdraw(const std::string& request) = 0;
  virtual void comment(const std::string& request, const std::string& words) = 0;
  virtual Centre::Rows requests_view() = 0;
  virtual Centre::Rows findings_view() = 0;
  virtual Centre::Rows comments_view() = 0;
};

}  // namespace sceau::enclave
