#include "enclave/server/broker_session.h"

#include <sys/socket.h>
#include <unistd.h>

#include "audit/bytes.h"
#include "enclave/centre/control.h"
#include "enclave/centre/workspaces.h"
#include "enclave/keys/descriptor.h"
#include "enclave/messages.h"
#include "enclave/server/draft_rules.h"
#include "enclave/server/faults.h"
#include "enclave/server/serve.h"

namespace sceau::enclave {
namespace {

constexpr std::chrono::seconds patience(5);                  // for a worker that has said goodbye
constexpr std::size_t max_hello_bytes = 63;                  // PostgreSQL's longest name
constexpr std::uint64_t max_rows = std::uint64_t{1} << 53U;  // what each reader of the log counts

std::vector<OutputDraft> drafts_of(const Frame& frame) {
  auto drafts = unpack<std::vector<OutputDraft>>(frame.payload);
  check_drafts(drafts);
  return drafts;
}

/// What one worker may ask, in the order in which it may.
class WorkerDesk {
 public:
  WorkerDesk(const BrokerContext& context, Person peer, LiveSessions::Entry& entry,
             const std::optional<Inside>& inside)
      : context_(context), peer_(std::move(peer)), entry_(entry), inside_(inside) {}

  /// Answers one frame. Throws server.bad_frame where it may not be asked now.
  void answer(Channel& channel, const Frame& frame);
  /// The worker is gone: closes what it left open.
  void finish();

 private:
  void answer_in_session(Channel& channel, const Frame& frame);
  WorkerGrant open(const Hello& hello);
  Person person_for(const Hello& hello) const;
  void check_exploration(const SessionGrant& grant) const;
  Examiner examiner();

  const BrokerContext& context_;
  Person peer_;
  LiveSessions::Entry& entry_;
  const std::optional<Inside>& inside_;
  std::shared_ptr<Centre> centre_;
  std::string session_;
  std::set<std::uint64_t> open_statements_;
  std::string reason_ = "crash";
  bool greeted_ = false;
  bool said_goodbye_ = false;
};

/// Whoever is shown rows must be where rows can't be carried away.
void WorkerDesk::check_exploration(const SessionGrant& grant) const {
  if (!grant.aggregates && !centre_->trial() && !inside_) {
    throw EnclaveError(Fault::not_permitted, "server.outside_workspace", {grant.project});
  }
}

/// Who it is: the workspace's person whatever is claimed, else the socket's peer, or in a trial
/// centre the one that its owner plays.
Person WorkerDesk::person_for(const Hello& hello) const {
  const bool as_peer = hello.user == peer_.user;
  const auto& config = context_.door.config();
  if (!as_peer && (inside_ || !config.trial)) {
    throw EnclaveError(Fault::not_permitted, "server.not_that_user", {peer_.user});
  }
  if (inside_ && hello.database != inside_->project) {
    throw EnclaveError(Fault::not_permitted, "workspace.other_project", {inside_->project});
  }
  return inside_ ? peer_ : acting_person(config, peer_, as_peer ? "" : hello.user);
}

WorkerGrant WorkerDesk::open(const Hello& hello) {
  for (const auto& name : {hello.user, hello.database}) {
    if (name.size() > max_hello_bytes || !audit::is_utf8(name)) {
      throw EnclaveError(Fault::bad_input, "server.bad_name", {std::to_string(max_hello_bytes)});
    }
  }
  centre_ = context_.door.centre();
  if (!centre_) throw EnclaveError(Fault::unavailable, "server.locked");
  if (context_.stopping) throw EnclaveError(Fault::unavailable, "server.stopping");
  if (context_.live.size() > max_sessions) {
    throw EnclaveError(Fault::unavailable, "server.too_many_sessions");
  }
  const auto person = person_for(hello);
  WorkerGrant grant;
  const auto& language = hello.language.empty() ? context_.language : hello.language;
  grant.session =
      centre_->open_session(person, hello.database, std::string(language_of_locale(language)));
  grant.cancel = entry_.key();
  session_ = grant.session.session;
  try {
    if (inside_) enter_workspace(*centre_, session_, inside_->workspace);
    check_exploration(grant.session);
  } catch (...) {
    reason_ = "refused";
    finish();
    throw;
  }
  return grant;
}

void WorkerDesk::answer(Channel& channel, const Frame& frame) {
  try {
    if (said_goodbye_) WireReader::refuse();
    if (frame.kind == FrameKind::closing) {
      reason_ = unpack<std::string>(frame.payload);
      static const std::set<std::string> known = {"closed",  "dropped",  "timeout",
                                                  "stopped", "protocol", "refused"};
      if (!known.contains(reason_)) reason_ = "protocol";
      said_goodbye_ = true;
      channel.send(FrameKind::done, {});
    } else if (!session_.empty()) {
      answer_in_session(channel, frame);
    } else if (!std::exchange(greeted_, true) && frame.kind == FrameKind::hello) {
      channel.send(FrameKind::grant, pack(open(unpack<Hello>(frame.payload))));
    } else if (frame.kind == FrameKind::cancel) {
      context_.live.cancel(unpack<CancelKey>(frame.payload), peer_.uid);
      channel.send(FrameKind::done, {});
    } else {
      WireReader::refuse();
    }
  } catch (...) {
    const auto failure = failure_of(std::current_exception());
    if (failure.id == "server.bad_frame" || failure.id == "server.peer_gone") throw;
    channel.send(FrameKind::failed, pack(failure));
  }
}

/// One that a cancel request of this session, or the stop of the centre, ends.
Examiner WorkerDesk::examiner() {
  entry_.forget_cancel();
  ExaminerLimits limits;
  limits.cancelled = [this] { return context_.stopping.load() || entry_.cancelled(); };
  limits.memory = context_.memory;
  return process_examiner(std::move(limits));
}

void WorkerDesk::answer_in_session(Channel& channel, const Frame& frame) {
  switch (frame.kind) {
    case FrameKind::statement_started: {
      const auto started = centre_->statement_started(session_, unpack<std::string>(frame.payload));
      open_statements_.insert(started);
      channel.send(FrameKind::started, pack(started));
      return;
    }
    case FrameKind::statement_finished: {
      const auto end = unpack<StatementEnd>(frame.payload);
      const bool known = open_statements_.erase(end.started) > 0;
      const bool counted = end.rows <= max_rows;
      if (!known || !counted || !is_outcome(end.outcome)) WireReader::refuse();
      centre_->statement_finished(session_, end.started, end.outcome, end.rows);
      channel.send(FrameKind::done, {});
      return;
    }
    case FrameKind::explain:
      channel.send(FrameKind::judged,
                   pack(centre_->explain(session_, drafts_of(frame), examiner())));
      return;
    case FrameKind::submit:
      channel.send(FrameKind::submission,
                   pack(centre_->submit(session_, drafts_of(frame), examiner())));
      return;
    case FrameKind::see: {
      const auto draft = unpack<OutputDraft>(frame.payload);
      check_drafts({draft});
      channel.send(FrameKind::seen, pack(centre_->see(session_, draft, examiner())));
      return;
    }
    case FrameKind::withdraw:
      centre_->withdraw(session_, unpack<std::string>(frame.payload));
      channel.send(FrameKind::done, {});
      return;
    case FrameKind::comment: {
      const auto remark = unpack<Remark>(frame.payload);
      centre_->comment(session_, remark.request, remark.words);
      channel.send(FrameKind::done, {});
      return;
    }
    case FrameKind::comments_view:
      WireReader(frame.payload).finish();
      channel.send(FrameKind::rows, pack(centre_->comments_view(session_)));
      return;
    case FrameKind::requests_view:
      WireReader(frame.payload).finish();
      channel.send(FrameKind::rows, pack(centre_->requests_view(session_)));
      return;
    case FrameKind::findings_view:
      WireReader(frame.payload).finish();
      channel.send(FrameKind::rows, pack(centre_->findings_view(session_)));
      return;
    case FrameKind::hello:
    case FrameKind::cancel:
    case FrameKind::closing:
    case FrameKind::grant:
    case FrameKind::started:
    case FrameKind::done:
    case FrameKind::judged:
    case FrameKind::submission:
    case FrameKind::seen:
    case FrameKind::rows:
    case FrameKind::failed:
    case FrameKind::job:
    case FrameKind::examined:
      WireReader::refuse();
  }
}

void WorkerDesk::finish() {
  if (session_.empty()) return;
  const auto session = std::exchange(session_, {});
  if (context_.stopping) reason_ = "stopped";
  for (const auto started : open_statements_) {
    centre_->statement_finished(session, started, reason_, 0);
  }
  centre_->close_session(session, reason_);
}

/// The person of the workspace, if this client's user on the host is the workspace's.
Person inside_peer(int client, const Inside& inside) {
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool same =
      ::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == inside.uid;
  if (!same) throw EnclaveError(Fault::not_permitted, "centre.no_peer");
  return {inside.user, inside.person_uid};
}

void serve_worker(Descriptor& client, const BrokerContext& context,
                  const std::optional<Inside>& inside) {
  const auto peer = inside ? inside_peer(client.get(), *inside) : peer_of(client.get());
  auto [ours, theirs] = channel_pair();
  auto child = Child::start(worker_word, theirs, client.get(), context.memory);
  client.close();
  { const Channel closed = std::move(theirs); }
  LiveSessions::Entry entry(context.live, ours, child, peer.uid);
  if (context.stopping) ours.shut();  // the stop has passed by those that it knew
  WorkerDesk desk(context, peer, entry, inside);
  bool orderly = true;
  try {
    while (const auto frame = ours.receive_or_end()) desk.answer(ours, *frame);
  } catch (const EnclaveError&) {
    orderly = false;  // it broke the protocol or died in the middle of a frame
  }
  if (!orderly) child.kill();
  if (!child.wait(patience)) child.kill();
  desk.finish();
}

/// A plain ErrorResponse before any word of the client: libpq shows it.
void say_error(int client, const Failure& failure, std::string_view language) {
  auto report = report_of(failure, language);
  report.severity = pg::Severity::fatal;
  pg::Reply reply;
  reply.report(report);
  const auto bytes = reply.take();
  [[maybe_unused]] const auto sent = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace

void serve_client(int client, const BrokerContext& context,
                  const std::optional<Inside>& inside) noexcept {
  Descriptor descriptor(client);
  try {
    serve_worker(descriptor, context, inside);
  } catch (...) {
    const auto failure = failure_of(std::current_exception());
    if (descriptor.get() >= 0) say_error(descriptor.get(), failure, context.language);
    context.say(text("server.session_ended", {report_of(failure, context.language).message},
                     context.language));
  }
}

void turn_away(int client, std::string_view language) noexcept {
  const Descriptor descriptor(client);
  try {
    say_error(client, {Fault::unavailable, "server.too_many_sessions", {}}, language);
  } catch (...) {
    return;  // out of memory: the closed socket says it
  }
}

}  // namespace sceau::enclave
