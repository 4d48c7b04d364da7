#pragma once
// Permits: what a custodian grants, signs and revokes, and whether one holds for somebody here and
// now. What is granted is a document (permit_document.h); the registry's row is an index to it.
//
//   draft_permit      the text that a custodian signs, wherever their key is
//   install_permit    granted, where a registered key signed it and nothing has moved since
//   why_not           expired, not yet valid, another person or place, another policy, …
//
// A trial centre has a key of its own, made with it, and signs by itself; `sceau-audit verify`
// calls such a centre a trial.

#include <optional>
#include <string>
#include <vector>

#include "audit/key.h"
#include "enclave/centre/access.h"
#include "enclave/centre/permit_document.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// What `sceau permit grant` asks for.
struct PermitRequest {
  std::string project, dataset, vintages;
  std::optional<std::vector<std::string>> columns;
  std::string rows;                  ///< SQL (permit_rows.h); empty: all
  std::string policy, from, until;   ///< `from` empty: today
  std::vector<std::string> persons;  ///< "NAME" or "NAME=UID"; none: the project's members
  std::string outputs = "all";
  std::string place;  ///< a machine's name; empty: any
};

/// A project has one valid permit a data set, and one policy for all of them. Its id is the next
/// one; nothing is stored. Throws EnclaveError.
[[nodiscard]] Permit draft_permit(Centre::State& state, const PermitRequest& request);

/// Stores and logs what was signed; returns the id. Throws not_permitted (centre.permit_signature),
/// refused (centre.permit_moved: it is not the next one, or what it names has changed).
std::string install_permit(Centre::State& state, const std::string& by, const std::string& note);

/// The next list, with these permits on it. Throws not_found, refused (revoked already).
[[nodiscard]] Revocations draft_revocation(const Centre::State& state,
                                           const std::vector<std::string>& ids);
/// Stores and logs a signed list. Throws refused (centre.revocations_old: its number is not the
/// next, or it leaves out a permit that was revoked).
std::vector<std::string> install_revocations(Centre::State& state, const std::string& by,
                                             const std::string& note);

// -- keys ---------------------------------------------------------------------------------------

/// Registers a key of the custodian `by`. Throws bad_input (centre.bad_permit_key), already_there.
void register_permit_key(Centre::State& state, const std::string& by, const std::string& key);
/// From now on the key signs nothing that is taken. The valid permits that it signed, oldest first:
/// they hold until they are revoked. Throws not_found (centre.no_permit_key), already_there
/// (centre.permit_key_gone).
std::vector<std::string> withdraw_permit_key(Centre::State& state, const std::string& by,
                                             const std::string& key);
/// What the log says was withdrawn. Inside a registry transaction.
void note_withdrawn_key(Registry& registry, const std::string& key);
/// The lines of all that were ever registered.
[[nodiscard]] std::vector<std::string> known_keys(const Centre::State& state);
/// The text of a note that a registered key of somebody who is custodian now has signed. Throws
/// not_permitted (centre.permit_signature).
[[nodiscard]] std::string signed_by_custodian(const Centre::State& state, const std::string& note);
/// Makes the key of a trial centre, `by`'s.
void make_trial_key(Centre::State& state, const std::string& by);
/// Signs with the trial centre's key. Throws refused (centre.permit_unsigned): there is none.
[[nodiscard]] std::string sign_in_trial(const Centre::State& state, const std::string& text);

// -- whether one holds --------------------------------------------------------------------------

/// Of a permit that is neither revoked nor over: why it doesn't let this person in now.
[[nodiscard]] std::optional<Refusal> why_not(const Centre::State& state, const PermitRow& row,
                                             const Person& person);
/// Why the list of revocations isn't the one that the log knows of.
[[nodiscard]] std::optional<Refusal> revocations_fault(Centre::State& state);
/// Throws not_permitted (centre.output_undeclared): the draft is of a kind that no permit for what
/// it is made of declares.
void check_declared(const Access& access, const OutputDraft& draft);

}  // namespace sceau::enclave
