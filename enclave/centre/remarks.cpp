// What people say about a request: members of the project by CALL sceau.comment, reviewers in their
// decisions and revocations. Notes for staff are nobody's but staff's.

#include <algorithm>

#include "enclave/centre/print.h"
#include "enclave/centre/sessions.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t max_comment_bytes = 10'000;
constexpr const char* a_reviewer = "reviewer";  // not by name: nobody is to be talked to outside

/// One line of words: these are shown on terminals.
void check_words(const std::string& words) {
  const bool plain = printable(words) == words;
  const bool blank = words.find_first_not_of(' ') == std::string::npos;
  if (!plain || blank || words.size() > max_comment_bytes) {
    throw EnclaveError(Fault::bad_input, "centre.bad_comment", {std::to_string(max_comment_bytes)});
  }
}

struct Remark {
  std::uint64_t seq = 0;
  std::vector<std::optional<std::string>> row;
};

std::string name_of_output(const std::vector<OutputRow>& outputs, int number) {
  for (const auto& output : outputs) {
    if (output.number == number && !output.name.empty()) return output.name;
  }
  return std::to_string(number);
}

void add_remarks(const Registry& registry, const RequestRow& request, std::vector<Remark>& into) {
  const auto turn = std::to_string(request.turn);
  for (const auto& comment : registry.comments(request.id)) {
    if (comment.erased) continue;
    into.push_back({comment.seq,
                    {request.id, std::to_string(comment.turn), std::nullopt,
                     registry.name_of(comment.actor), "comment", comment.words, comment.time}});
  }
  const auto outputs = registry.outputs(request.id);
  for (const auto& decision : registry.decisions(request.id)) {
    if (decision.comment.empty()) continue;
    into.push_back(
        {decision.seq,
         {request.id, std::to_string(decision.turn), name_of_output(outputs, decision.output),
          a_reviewer, decision.decision, decision.comment, decision.time}});
  }
  if (const auto revocation = registry.revocation(request.id)) {
    into.push_back({revocation->seq,
                    {request.id, turn, std::nullopt, a_reviewer, "revoke", revocation->comment,
                     revocation->time}});
  }
}

}  // namespace

void Centre::comment(const std::string& session, const std::string& id, const std::string& words) {
  const Held held(state_->mutex);
  auto& state = *state_;
  const auto row = open_session_row(state, session);
  const auto request = state.registry.request(id);
  if (!request || request->project != row.project) {
    throw EnclaveError(Fault::not_found, "centre.no_request", {id});
  }
  check_words(words);
  auto change = state.registry.begin();
  CommentRow comment;
  comment.request = id;
  comment.turn = request->turn;
  comment.session = session;
  comment.actor = row.actor;
  comment.words = words;
  comment.time = state.now();
  comment.seq = state.journal.size();
  state.registry.add_comment(comment);
  state.journal.record(
      "request.commented", row.actor,
      {{"request", id}, {"session", session}, {"turn", std::int64_t{request->turn}}},
      {{"commitment", "comment", session, words}});
  change.commit();
}

Centre::Rows Centre::comments_view(const std::string& session) {
  const Held held(state_->mutex);
  const auto row = open_session_row(*state_, session);
  std::vector<Remark> remarks;
  for (const auto& request : state_->registry.requests(row.project)) {
    add_remarks(state_->registry, request, remarks);
  }
  std::stable_sort(remarks.begin(), remarks.end(),
                   [](const Remark& a, const Remark& b) { return a.seq < b.seq; });
  Rows rows;
  for (auto& remark : remarks) rows.push_back(std::move(remark.row));
  return rows;
}

}  // namespace sceau::enclave
