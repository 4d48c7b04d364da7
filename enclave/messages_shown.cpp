// What commands print when they have done what they were asked, headings and single words. Names,
// states, verdicts, rules and file names are never translated: scripts and the log know them so.
#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
    // sceau check
    MessageText{"shown.check", "{1}: {2n} findings, {3n} cells, policy {4} {5}", ""},
    MessageText{"shown.more_findings", "and {1n} more: --json shows all", ""},
    MessageText{"shown.remedy", "usual remedy: {1}", ""},
    MessageText{"shown.whole_output", "the whole output", ""},

    // sceau protect
    MessageText{"shown.protected",
                "protected: {1} of {2} primary cells certified, {3} secondary cells of cost {4} "
                "hidden, {5} published",
                ""},
    MessageText{"shown.not_protected",
                "not protected, nothing written: {1} of {2} primary cells certified, {3} secondary "
                "cells of cost {4} hidden, {5} published",
                ""},
    MessageText{"shown.cell_unsafe", "an attacker gets too close to {1}", ""},
    MessageText{"shown.cell_uncertified", "no proof was found for {1}", ""},

    // review show
    MessageText{"shown.request_project", "  project    {1}, by {2}", ""},
    MessageText{"shown.request_policy", "  policy     {1} {2}", ""},
    MessageText{"shown.request_submitted", "  submitted  {1}, turn {2}", ""},
    MessageText{"shown.output", "{1}  {2}  {3}  ({4}, decisions needed: {5})", ""},
    MessageText{"shown.output_erased",
                "  the session's words are erased: name, title, exception, SQL", ""},
    MessageText{"shown.output_title", "  title      {1}", ""},
    MessageText{"shown.output_exception", "  exception  {1}", ""},
    MessageText{"shown.output_exception_needless", "  exception  {1}  [not needed: nothing fails]",
                ""},
    MessageText{"shown.output_asked", "  asked      {1}", ""},
    MessageText{"shown.output_chart", "  chart      {1}, of this table", ""},
    MessageText{"shown.claim", "  claim      {1} {2} said {3} ({4})", ""},
    MessageText{"shown.claim_unreadable", "  claim      unreadable", ""},
    MessageText{"shown.claim_unchecked", "             not recomputed: nothing here has checked it",
                ""},
    MessageText{"shown.claim_recomputed", "             recomputed here: {1}", ""},
    MessageText{"shown.claim_command", "             of {1}", ""},
    MessageText{"shown.output_sha256", "  sha256     {1}", ""},
    MessageText{"shown.output_bytes", "  {1n} bytes; the first of them:", ""},
    MessageText{"shown.no_cells", "  no cells", ""},
    MessageText{"shown.more_cells", "{1n} more cells: --json shows all", ""},
    MessageText{"shown.no_findings", "  no findings", ""},
    MessageText{"shown.decision", "{1} on {2} by {3}: {4}", ""},
    MessageText{"shown.decision_note", "  [for staff: {1}]", ""},
    MessageText{"shown.waived", "[waived: {1}]", ""},
    MessageText{"shown.says", "{1} says: {2}", ""},
    MessageText{"shown.erased", "[erased]", ""},
    MessageText{"shown.revoked", "revoked on {1} by {2}: {3}", ""},
    MessageText{"shown.replaced_by", "replaced by {1}", ""},
    MessageText{"shown.nothing_related", "nothing else of this population is out or asked for", ""},
    MessageText{"shown.not_compared", "not compared with what is out: no output is a tabulation",
                ""},
    MessageText{"shown.related", "out or asked for already, of the same population:", ""},

    // review list | next | approve …
    MessageText{"shown.request_is", "{1} is {2}", ""},
    MessageText{"shown.another_needed", "another reviewer's decision is needed", ""},
    MessageText{"shown.next_release", "next: sceau review release {1}", ""},
    MessageText{"shown.nothing_waits", "nothing waits for a decision of yours", ""},
    MessageText{"shown.released", "{1} is released: {2}", ""},

    MessageText{"shown.release_revoked",
                "{1} is revoked; the log, the project and the outbox say so. These files have "
                "left, and whoever has them keeps them until asked:",
                ""},

    // what changed since the request that this one replaces
    MessageText{"shown.changes", "since {1} (turn {2}, which this one replaces):", ""},
    MessageText{"shown.changed_file", ", file {1w}", ""},
    MessageText{"shown.changed_verdict", ", verdict {1} -> {2}", ""},
    MessageText{"shown.changed_list", "{1w}:{2}", ""},
    MessageText{"shown.changed_condition", "condition: {1} -> {2}", ""},
    MessageText{"shown.changed_cells", "      cells: {1n} changed, {2n} new, {3n} gone", ""},
    MessageText{"shown.more_changes", "and {1n} more: --json", ""},

    // waivers
    MessageText{"shown.waiver",
                "{1}: findings of {2} on {3} of {4} are shown and don't count, until {5}", ""},
    MessageText{"shown.waived_variable", "the variable {1}", ""},
    MessageText{"shown.waived_cell", "the cell {1}", ""},
    MessageText{"shown.waived_cell_of", "the cell {1} of {2}", ""},
    MessageText{"shown.waiver_revoked",
                "{1} is revoked; what waits and needed it is judged again before it leaves", ""},

    // replay
    MessageText{"shown.replay_same", "{1}: the same inputs give the same verdict", ""},
    MessageText{"shown.replay_other", "{1}: the verdict made again differs", ""},
    MessageText{"shown.replay_undecided", "{1}: not all of it could be made again", ""},
    MessageText{"shown.replay_program", "  program   {1}", ""},
    MessageText{"shown.replay_programs", "  program   {1} then, {2} now", ""},
    MessageText{"shown.replay_policy", "  policy    {1} {2}", ""},
    MessageText{"shown.replay_superseded", ", another version is installed now", ""},
    MessageText{"shown.replay_other_rules", ", which this program reads as other rules", ""},
    MessageText{"shown.replay_unread", ", which this program can't read", ""},
    MessageText{"shown.replay_store", "  store     {1}  {2w}", ""},
    MessageText{"shown.replay_history", "  history   {1n} earlier outputs, as they stood", ""},
    MessageText{"shown.replay_waiver", "  waiver    {1} of {2}, {3w} now", ""},
    MessageText{"shown.replay_output", "  output {1}  {2}", ""},
    MessageText{"shown.replay_file", "  a file: its bytes are the ones that were checked", ""},
    MessageText{"shown.replay_not_made", "  could not be made again", ""},
    MessageText{"shown.replay_now", " then, {1} now", ""},
    MessageText{"shown.replay_compared", "  file {1w}, findings {2w}, evidence {3w}", ""},
    MessageText{"shown.replay_rule", "    {1}: {2n} findings then, {3n} now", ""},

    // status
    MessageText{"shown.centre", "centre    {1}", ""},
    MessageText{"shown.centre_trial", "centre    {1} (a trial centre)", ""},
    MessageText{"shown.state", "state     {1}", ""},
    MessageText{"shown.stores", "stores    {1n}", ""},
    MessageText{"shown.sessions", "sessions  {1n} open", ""},
    MessageText{"shown.requests", "requests  {1n} waiting", ""},
    MessageText{"shown.requests_revoked", "requests  {1n} waiting, {2n} released and revoked", ""},
    MessageText{"shown.log", "log       {1n} entries, {2n} published", ""},
    MessageText{"shown.log_chain", "          {1} goes on from {2n} sealed, {3n} entries in all",
                ""},
    MessageText{"shown.no_quorum", "witnesses no quorum (log.trust)", ""},
    MessageText{"shown.quorum", "witnesses {1}", ""},
    MessageText{"shown.signed", ", {1n} entries signed {2}, {3} ago", ""},
    MessageText{"shown.nothing_signed", ", nothing signed yet", ""},
    MessageText{"shown.unwitnessed", "          {1n} entries not witnessed", ""},
    MessageText{"shown.unwitnessed_since", " since {1}", ""},
    MessageText{"shown.waiting_for", ", waiting for {1}", ""},
    MessageText{"shown.releases_wait", "          releases wait: {1}", ""},
    MessageText{"shown.unwitnessed_trial",
                "          {1} asks for a witness; this trial centre has none and releases all the "
                "same",
                ""},
    MessageText{"shown.unlocked", "unlocked", ""},
    MessageText{"shown.unlocked_already", "was unlocked already", ""},
    MessageText{"shown.serving", "serving {1}", ""},
    MessageText{"shown.serving_locked", "serving {1} (locked; run sceau unlock)", ""},

    // init
    MessageText{"shown.made", "A centre is made: {1}", ""},
    MessageText{"shown.made_log", "  log       {1}", ""},
    MessageText{"shown.made_trust", "  for auditors  {1}", ""},
    MessageText{"shown.made_owner", "  custodian and operator  {1}", ""},
    MessageText{"shown.made_keep",
                "Keep the passphrase and a copy of keys/ apart from the stores: without them "
                "nothing can be read.",
                ""},
    MessageText{"shown.made_unwitnessed",
                "Nobody outside vouches for the log yet; under the policy depp nothing is released "
                "before\nsomebody does: sceau log witness add NAME KEY, then sceau log witness "
                "quorum 1",
                ""},
    MessageText{"shown.made_trial",
                "This is a trial centre: its owner may act as anybody (--as NAME).", ""},
    MessageText{"shown.ask_passphrase", "Passphrase of {1}: ", ""},
    MessageText{"shown.ask_new_passphrase", "Passphrase of the new centre: ", ""},
    MessageText{"shown.ask_again", "Once more: ", ""},

    // role, project, permit, policy
    MessageText{"shown.role_granted", "{1} is now {2}", ""},
    MessageText{"shown.role_revoked", "{1} is no longer {2}", ""},
    MessageText{"shown.project_open", "project {1} is open until {2}", ""},
    MessageText{"shown.permit", "{1}: {2} may use {3} until {4}, judged by {5}", ""},
    MessageText{"shown.permit_revoked", "{1} is revoked", ""},
    MessageText{"shown.policy_installed", "policy {1} {2} is installed", ""},

    // store
    MessageText{"shown.dry_run", "{1}: nothing sealed (dry run); {2n} rows", ""},
    MessageText{"shown.sealed", "{1} is sealed: {2n} rows", ""},
    MessageText{"shown.rejected", ", {1n} lines rejected", ""},
    MessageText{"shown.unknown_codes", "  unknown codes of {1}:", ""},
    MessageText{"shown.ignored_columns",
                "  columns that the codebook does not name, not imported:", ""},
    MessageText{"shown.sealed_bytes", "  {1n} bytes, sha256 {2}", ""},
    MessageText{"shown.as_sealed", "{1}: as sealed, {2n} bytes, {3n} rows", ""},
    MessageText{"shown.as_sealed_bytes", "{1}: as sealed, {2n} bytes", ""},
    MessageText{"shown.superseded", "{1} (superseded)", ""},

    // log
    MessageText{"shown.quorum_is", "quorum: {1}", ""},
    MessageText{"shown.witness_added", "{1} is a witness now; quorum: {2}", ""},
    MessageText{"shown.witness_removed", "{1} is no witness any more; quorum: {2}", ""},
    MessageText{"shown.quorum_set", "the quorum is set; quorum: {2}", ""},
    MessageText{"shown.no_signature_asked",
                "nothing asks for their signatures yet: sceau log witness quorum 1", ""},
    MessageText{"shown.new_trust", "auditors need the new {1}", ""},
    MessageText{"shown.nothing_to_ask", "nothing to ask: the witnesses have seen everything", ""},
    MessageText{"shown.asked_about", "asked about {1n} entries of {2}", ""},
    MessageText{"shown.answers_awaited", "the answers are awaited beside them: NAME.answer", ""},
    MessageText{"shown.has_signed", "{1} has signed {2n} entries", ""},
    MessageText{"shown.alarm", "ALARM: {1}: {2}", ""},
    MessageText{"shown.not_used", "not used: {1}: {2}", ""},
    MessageText{"shown.receipts", "{1n} receipts in the outbox are renewed", ""},
    MessageText{"shown.is_released", "{1} is released", ""},
    MessageText{"shown.no_answer", "no answer is there", ""},
    MessageText{"shown.no_signature", "no new signature: ask again, from where they stand", ""},
    MessageText{"shown.waits_for", "waiting for {1}", ""},
    MessageText{"shown.log_sealed", "{1} is sealed with {2n} entries: {3}", ""},
    MessageText{"shown.log_goes_on", "{1} goes on from there", ""},
    MessageText{"shown.entry", "entry {1} of {2}  {3}  {4}  by {5}", ""},
    MessageText{"shown.text_erased",
                "the text was erased on {1}, see entry {2} of {3}; its commitment stays: {4}", ""},
    MessageText{"shown.text_proven", "the text, as the entry's commitment proves:", ""},
    MessageText{"shown.words_erased",
                "the words of {1} are erased (entry {2}); the log still verifies", ""},
    MessageText{"shown.exported", "{1}: {2n} files", ""},
    MessageText{"shown.exported_log", "  {1}  {2n} entries", ""},
    MessageText{"shown.verifier_static", "  sceau-audit needs nothing but Linux", ""},
    MessageText{"shown.verifier_dynamic",
                "  sceau-audit needs this system's OpenSSL and Boost: it is not the static one",
                ""},
    MessageText{"shown.exported_readme", "the README in it has the three commands for the auditor",
                ""},

    // doctor
    MessageText{"shown.fit", "fit to serve", ""},
    MessageText{"shown.not_fit", "not fit: what says NOT stands in the way", ""},
};

/// Headings of tables, what stands in them that is neither a name nor a state, and the words that
/// messages take as arguments.
constexpr std::array<std::string_view, 54> words = {
    "none",       "verdict",    "rule",      "cell",       "statistic",  "measured", "limit",
    "why",        "units",      "flags",     "output",     "state",      "project",  "request",
    "by",         "outputs",    "submitted", "user",       "role",       "actor",    "until",
    "members",    "title",      "permit",    "store",      "vintages",   "columns",  "policy",
    "version",    "installed",  "rows",      "rejected",   "bytes",      "sealed",   "column",
    "encoding",   "missing",    "distinct",  "witness",    "entries",    "signed",   "key",
    "the output", "population", "waiver",    "variable",   "reason",     "same",     "other",
    "changed",    "new",        "gone",      "statistics", "dimensions",
};

}  // namespace

std::span<const MessageText> shown_messages() { return entries; }

std::span<const std::string_view> message_words() { return words; }

}  // namespace sceau::enclave
