#include "enclave/server/draft_rules.h"

#include <algorithm>
#include <set>

#include "audit/bytes.h"
#include "enclave/centre/print.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "enclave/server/acro_claims.h"
#include "enclave/server/crossing.h"
#include "enclave/sql/parse.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t max_name_bytes = 120;
constexpr std::size_t max_claim_depth = 16;

/// Nothing that moves a terminal's cursor or turns the direction of what stands beside it.
bool is_plain(std::string_view text) { return printable(text) == text; }

/// A claim is an object of ours; no reader of it may be made to nest.
bool is_claim(std::string_view claim) {
  return claim.empty() || (claim.size() <= max_claim_bytes && claim.front() == '{' &&
                           is_plain(claim) && json_is_shallow(claim, max_claim_depth));
}

/// A reason is one of the sentences that the enclave has.
void check_reason(const disclosure::Message& reason) {
  if (!reason.id.empty() && text(reason.id, reason.args) == reason.id) WireReader::refuse();
}

void check_words(const OutputDraft& draft) {
  const bool fits = draft.title.size() <= max_title_bytes &&
                    draft.exception.size() <= max_reason_bytes &&
                    draft.sql.size() <= sql::max_text_bytes && audit::is_utf8(draft.sql) &&
                    is_claim(draft.claim) && is_plain(draft.title) && is_plain(draft.exception);
  if (!fits) {
    throw EnclaveError(Fault::bad_input, "server.bad_title",
                       {std::to_string(max_title_bytes), std::to_string(max_reason_bytes)});
  }
}

}  // namespace

void check_file_name(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= max_name_bytes && name[0] != '.';
  const bool flat = name.find_first_of("/\\") == std::string_view::npos;
  if (!fits || !flat || !is_plain(name)) {
    throw EnclaveError(Fault::bad_input, "server.bad_file_name");
  }
  if (name == "release.json" || name.ends_with(".receipt") || name.starts_with("R-")) {
    throw EnclaveError(Fault::bad_input, "server.own_file_name", {std::string(name)});
  }
}

void check_drafts(const std::vector<OutputDraft>& drafts) {
  if (drafts.size() > max_outputs) {
    throw EnclaveError(Fault::refused, "server.too_many_outputs", {std::to_string(max_outputs)});
  }
  std::set<std::string_view> names;
  std::set<std::string_view> replaced;
  std::size_t bytes = 0;
  for (const auto& draft : drafts) {
    check_file_name(draft.name);
    check_words(draft);
    check_reason(draft.reason);
    if (!names.insert(draft.name).second) {
      throw EnclaveError(Fault::already_there, "server.name_taken", {draft.name});
    }
    if (!draft.replaces.empty()) replaced.insert(draft.replaces);
    bytes += draft.opaque.size();
  }
  if (replaced.size() > 1) throw EnclaveError(Fault::bad_input, "server.replaces_two");
  if (bytes > max_opaque_bytes) {
    throw EnclaveError(Fault::refused, "server.output_too_large",
                       {std::to_string(max_opaque_bytes >> 20)});
  }
}

bool is_outcome(std::string_view outcome) {
  if (outcome == "done" || outcome == "closed") return true;
  return outcome.size() == 5 && std::all_of(outcome.begin(), outcome.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

}  // namespace sceau::enclave
