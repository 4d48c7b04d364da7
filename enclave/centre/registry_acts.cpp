// What people said about requests, releases that were taken back, and waivers.

#include <cstdio>
#include <cstdlib>

#include "enclave/centre/registry.h"

namespace sceau::enclave {
namespace {

constexpr const char* waiver_columns =
    "SELECT id, dataset, definition, reason, until, granted, actor, seq, revoked_seq FROM waivers";

std::string comment_place(std::string_view request, std::uint64_t seq) {
  return "comment " + std::string(request) + " " + std::to_string(seq);
}

std::string revocation_place(std::string_view request) {
  return "revocation " + std::string(request);
}

std::string waiver_place(std::string_view id) { return "reason " + std::string(id); }

WaiverRow waiver_row(const Texts& texts, const RegistryQuery& at) {
  WaiverRow row;
  row.id = at.text(0);
  row.dataset = at.text(1);
  row.definition = at.text(2);
  row.reason = texts.open(waiver_texts(row.id), waiver_place(row.id), at.text(3)).value_or("");
  row.until = at.text(4);
  row.granted = at.text(5);
  row.by = at.text(6);
  row.seq = static_cast<std::uint64_t>(at.integer(7));
  if (!at.null(8)) row.revoked_seq = static_cast<std::uint64_t>(at.integer(8));
  return row;
}

}  // namespace

std::string waiver_texts(std::string_view waiver) { return "waiver:" + std::string(waiver); }

void Registry::add_comment(const CommentRow& row) {
  const auto words = texts_.seal(row.session, comment_place(row.request, row.seq), row.words);
  db_.prepare(
         "INSERT INTO comments (request, turn, session, actor, words, time, seq)"
         " VALUES (?, ?, ?, ?, ?, ?, ?)")
      .with(row.request, row.turn, row.session, row.actor, Blob{words}, row.time, row.seq)
      .run();
}

std::vector<CommentRow> Registry::comments(std::string_view request) const {
  std::vector<CommentRow> rows;
  auto found = db_.prepare(
                      "SELECT request, turn, session, actor, words, time, seq FROM comments"
                      " WHERE request = ? ORDER BY id")
                   .with(request);
  while (found.next()) {
    CommentRow row;
    row.request = found.text(0);
    row.turn = static_cast<int>(found.integer(1));
    row.session = found.text(2);
    row.actor = found.text(3);
    row.time = found.text(5);
    row.seq = static_cast<std::uint64_t>(found.integer(6));
    const auto words = texts_.open(row.session, comment_place(row.request, row.seq), found.text(4));
    row.erased = !words;
    row.words = words.value_or("");
    rows.push_back(std::move(row));
  }
  return rows;
}

void Registry::add_revocation(const RevocationRow& row) {
  const auto comment = texts_.seal(row.owner, revocation_place(row.request), row.comment);
  db_.prepare(
         "INSERT INTO revocations (request, owner, actor, comment, time, seq)"
         " VALUES (?, ?, ?, ?, ?, ?)")
      .with(row.request, row.owner, row.actor, Blob{comment}, row.time, row.seq)
      .run();
}

std::optional<RevocationRow> Registry::revocation(std::string_view request) const {
  auto found = db_.prepare(
                      "SELECT request, owner, actor, comment, time, seq FROM revocations"
                      " WHERE request = ?")
                   .with(request);
  if (!found.next()) return std::nullopt;
  RevocationRow row;
  row.request = found.text(0);
  row.owner = found.text(1);
  row.actor = found.text(2);
  row.comment = texts_.open(row.owner, revocation_place(row.request), found.text(3)).value_or("");
  row.time = found.text(4);
  row.seq = static_cast<std::uint64_t>(found.integer(5));
  return row;
}

std::string Registry::take_waiver_id() {
  const auto last = meta("last_waiver");
  const long long number = (last.empty() ? 0 : std::atoll(last.c_str())) + 1;
  set_meta("last_waiver", std::to_string(number));
  char id[32];
  std::snprintf(id, sizeof id, "W-%06lld", number);
  return id;
}

void Registry::add_waiver(const WaiverRow& row) {
  const auto reason = texts_.seal(waiver_texts(row.id), waiver_place(row.id), row.reason);
  db_.prepare(
         "INSERT INTO waivers (id, dataset, definition, reason, until, granted, actor, seq)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .with(row.id, row.dataset, row.definition, Blob{reason}, row.until, row.granted, row.by,
            row.seq)
      .run();
}

void Registry::revoke_waiver(std::string_view id, std::uint64_t seq) {
  db_.prepare("UPDATE waivers SET revoked_seq = ? WHERE id = ?").with(seq, id).run();
}

std::optional<WaiverRow> Registry::waiver(std::string_view id) const {
  auto found = db_.prepare(std::string(waiver_columns) + " WHERE id = ?").with(id);
  if (!found.next()) return std::nullopt;
  return waiver_row(texts_, found);
}

std::vector<WaiverRow> Registry::waivers() const {
  std::vector<WaiverRow> rows;
  auto found = db_.prepare(std::string(waiver_columns) + " ORDER BY id");
  while (found.next()) rows.push_back(waiver_row(texts_, found));
  return rows;
}

}  // namespace sceau::enclave
