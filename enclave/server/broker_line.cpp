#include "enclave/server/broker_line.h"

namespace sceau::enclave {

WireBytes BrokerLine::ask(FrameKind question, const WireBytes& payload, FrameKind answer) {
  channel_.send(question, payload);
  auto frame = channel_.receive();
  if (frame.kind == FrameKind::failed) rethrow(unpack<Failure>(frame.payload));
  if (frame.kind != answer) WireReader::refuse();
  return std::move(frame.payload);
}

WorkerGrant BrokerLine::open(const Hello& hello) {
  return unpack<WorkerGrant>(ask(FrameKind::hello, pack(hello), FrameKind::grant));
}

void BrokerLine::cancel(const CancelKey& key) {
  ask(FrameKind::cancel, pack(key), FrameKind::done);
}

void BrokerLine::closing(const std::string& reason) {
  ask(FrameKind::closing, pack(reason), FrameKind::done);
}

std::uint64_t BrokerLine::statement_started(const std::string& text) {
  return unpack<std::uint64_t>(ask(FrameKind::statement_started, pack(text), FrameKind::started));
}

void BrokerLine::statement_finished(std::uint64_t started, const std::string& outcome,
                                    std::uint64_t rows) {
  ask(FrameKind::statement_finished, pack(StatementEnd{started, outcome, rows}), FrameKind::done);
}

std::vector<JudgedOutput> BrokerLine::explain(const std::vector<OutputDraft>& drafts) {
  return unpack<std::vector<JudgedOutput>>(
      ask(FrameKind::explain, pack(drafts), FrameKind::judged));
}

Submission BrokerLine::submit(const std::vector<OutputDraft>& drafts) {
  return unpack<Submission>(ask(FrameKind::submit, pack(drafts), FrameKind::submission));
}

Seen BrokerLine::see(const OutputDraft& draft) {
  return unpack<Seen>(ask(FrameKind::see, pack(draft), FrameKind::seen));
}

void BrokerLine::withdraw(const std::string& request) {
  ask(FrameKind::withdraw, pack(request), FrameKind::done);
}

void BrokerLine::comment(const std::string& request, const std::string& words) {
  ask(FrameKind::comment, pack(Remark{request, words}), FrameKind::done);
}

Centre::Rows BrokerLine::requests_view() {
  return unpack<Centre::Rows>(ask(FrameKind::requests_view, {}, FrameKind::rows));
}

Centre::Rows BrokerLine::findings_view() {
  return unpack<Centre::Rows>(ask(FrameKind::findings_view, {}, FrameKind::rows));
}

Centre::Rows BrokerLine::comments_view() {
  return unpack<Centre::Rows>(ask(FrameKind::comments_view, {}, FrameKind::rows));
}

}  // namespace sceau::enclave
