#pragma once
// The worker's side of its channel: one question, one answer. A broker that doesn't answer as
// agreed ends the session (EnclaveError server.peer_gone, server.bad_frame).

#include "enclave/server/crossing.h"
#include "enclave/server/gate.h"

namespace sceau::enclave {

class BrokerLine final : public Gate {
 public:
  explicit BrokerLine(Channel channel) : channel_(std::move(channel)) {}

  /// Throws what the broker refuses with.
  [[nodiscard]] WorkerGrant open(const Hello& hello);
  void cancel(const CancelKey& key);
  void closing(const std::string& reason);

  std::uint64_t statement_started(const std::string& text) override;
  void statement_finished(std::uint64_t started, const std::string& outcome,
                          std::uint64_t rows) override;
  std::vector<JudgedOutput> explain(const std::vector<OutputDraft>& drafts) override;
  Submission submit(const std::vector<OutputDraft>& drafts) override;
  Seen see(const OutputDraft& draft) override;
  void withdraw(const std::string& request) override;
  void comment(const std::string& request, const std::string& words) override;
  Centre::Rows requests_view() override;
  Centre::Rows findings_view() override;
  Centre::Rows comments_view() override;

  [[nodiscard]] int fd() const { return channel_.fd(); }

 private:
  WireBytes ask(FrameKind question, const WireBytes& payload, FrameKind answer);
  Channel channel_;
};

}  // namespace sceau::enclave
