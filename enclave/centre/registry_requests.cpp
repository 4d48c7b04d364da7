// Requests, outputs, decisions, releases, history.

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "enclave/centre/registry.h"

namespace sceau::enclave {
namespace {

RequestRow request_row(const RegistryQuery& at) {
  RequestRow row;
  row.id = at.text(0);
  row.project = at.text(1);
  row.session = at.text(2);
  row.actor = at.text(3);
  row.policy = at.text(4);
  row.policy_sha256 = at.text(5);
  row.verdict = at.text(6);
  row.state = at.text(7);
  row.turn = static_cast<int>(at.integer(8));
  row.submitted = at.text(9);
  row.submitted_seq = static_cast<std::uint64_t>(at.integer(10));
  row.decided = at.text(11);
  row.checked_seq = static_cast<std::uint64_t>(at.integer(12));
  if (!at.null(13)) row.release_seq = static_cast<std::uint64_t>(at.integer(13));
  row.replaces = at.text(14);
  return row;
}

std::string output_place(const OutputRow& row, std::string_view what) {
  return "output " + row.request + "/" + std::to_string(row.number) + " " + std::string(what);
}

std::string decision_place(const DecisionRow& row, std::string_view what) {
  return "decision " + row.request + "/" + std::to_string(row.output) + " " +
         std::to_string(row.seq) + " " + std::string(what);
}

OutputRow output_row(const Texts& texts, const RegistryQuery& at) {
  OutputRow row;
  row.request = at.text(0);
  row.number = static_cast<int>(at.integer(1));
  const auto session = at.text(18);
  const auto words = [&](const char* what, int column) {
    const auto text = texts.open(session, output_place(row, what), at.text(column));
    row.erased = !text;
    return text.value_or("");
  };
  row.name = words("name", 2);
  row.title = words("title", 3);
  row.exception = words("exception", 4);
  row.sql = words("sql", 5);
  row.opaque = at.integer(6) != 0;
  row.dataset = at.text(7);
  row.population = at.text(8);
  row.tabulation = at.text(9);
  row.file = at.text(10);
  row.sha256 = at.text(11);
  row.cells = static_cast<std::uint64_t>(at.integer(12));
  row.statistics = nlohmann::json::parse(at.text(13)).get<std::vector<std::string>>();
  row.judgement = at.text(14);
  row.table = at.text(15);
  row.verdict = at.text(16);
  row.state = at.text(17);
  row.chart = at.text(19);
  row.claim = words("claim", 20);
  row.protection = at.text(21);
  return row;
}

DecisionRow decision_row(const Texts& texts, const RegistryQuery& at) {
  DecisionRow row;
  row.request = at.text(0);
  row.output = static_cast<int>(at.integer(1));
  row.turn = static_cast<int>(at.integer(2));
  row.reviewer = at.text(3);
  row.decision = at.text(4);
  row.file_sha256 = at.text(7);
  row.policy_sha256 = at.text(8);
  row.time = at.text(9);
  row.seq = static_cast<std::uint64_t>(at.integer(10));
  const auto session = at.text(11);
  row.comment = texts.open(session, decision_place(row, "comment"), at.text(5)).value_or("");
  row.note = texts.open(session, decision_place(row, "note"), at.text(6)).value_or("");
  return row;
}

}  // namespace

std::string Registry::take_request_id(int year, char kind) {
  char prefix[16];
  std::snprintf(prefix, sizeof prefix, "%c-%04d-", kind, year);
  const auto key = std::string("last_request_") + prefix;
  const auto last = meta(key);
  const long long number = (last.empty() ? 0 : std::atoll(last.c_str())) + 1;
  set_meta(key, std::to_string(number));
  char id[40];
  std::snprintf(id, sizeof id, "%s%06lld", prefix, number);
  return id;
}

void Registry::add_request(const RequestRow& row) {
  db_.prepare(
         "INSERT INTO requests (id, project, session, actor, policy, policy_sha256, verdict,"
         " state, turn, submitted, submitted_seq, decided, checked_seq, replaces)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(row.id, row.project, row.session, row.actor, row.policy, row.policy_sha256, row.verdict,
            row.state, row.turn, row.submitted, row.submitted_seq, row.decided, row.checked_seq,
            row.replaces)
      .run();
}

std::string Registry::session_of(std::string_view request) const {
  auto found = db_.prepare("SELECT session FROM requests WHERE id = ?").with(request);
  return found.next() ? found.text(0) : std::string();
}

void Registry::add_output(const OutputRow& row) {
  const auto session = session_of(row.request);
  const auto sealed = [&](const char* what, const std::string& text) {
    return texts_.seal(session, output_place(row, what), text);
  };
  const auto name = sealed("name", row.name);
  const auto title = sealed("title", row.title);
  const auto exception = sealed("exception", row.exception);
  const auto sql = sealed("sql", row.sql);
  const auto claim = sealed("claim", row.claim);
  db_.prepare(
         "INSERT INTO outputs (request, number, name, title, exception, sql, opaque, dataset,"
         " population, tabulation, file, sha256, cells, statistics, judgement, cell_table,"
         " verdict, state, chart, claim, protection)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(row.request, row.number, Blob{name}, Blob{title}, Blob{exception}, Blob{sql},
            row.opaque, row.dataset, row.population, row.tabulation, Blob{row.file}, row.sha256,
            row.cells, nlohmann::json(row.statistics).dump(), row.judgement, row.table, row.verdict,
            row.state, row.chart, Blob{claim}, row.protection)
      .run();
}

void Registry::set_request(std::string_view id, std::string_view state, std::string_view time) {
  db_.prepare("UPDATE requests SET state = ?, decided = ? WHERE id = ?")
      .with(state, time, id)
      .run();
}

void Registry::set_release_started(std::string_view id, std::uint64_t seq) {
  db_.prepare("UPDATE requests SET release_seq = ? WHERE id = ?").with(seq, id).run();
}

void Registry::set_output_state(std::string_view request, int output, std::string_view state) {
  db_.prepare("UPDATE outputs SET state = ? WHERE request = ? AND number = ?")
      .with(state, request, output)
      .run();
}

std::optional<RequestRow> Registry::request(std::string_view id) const {
  auto found =
      db_.prepare(
             "SELECT id, project, session, actor, policy, policy_sha256, verdict,"
             " state, turn, submitted, submitted_seq, decided, checked_seq, release_seq, replaces "
             "FROM requests"
             " WHERE id = ?")
          .with(id);
  if (!found.next()) return std::nullopt;
  return request_row(found);
}

std::vector<RequestRow> Registry::requests(std::string_view project) const {
  std::vector<RequestRow> rows;
  auto found =
      db_.prepare(
             "SELECT id, project, session, actor, policy, policy_sha256, verdict,"
             " state, turn, submitted, submitted_seq, decided, checked_seq, release_seq, replaces "
             "FROM requests"
             " WHERE ?1 = '' OR project = ?1 ORDER BY submitted_seq")
          .with(project);
  while (found.next()) rows.push_back(request_row(found));
  return rows;
}

std::vector<OutputRow> Registry::outputs(std::string_view request) const {
  std::vector<OutputRow> rows;
  auto found =
      db_.prepare(
             "SELECT request, number, name, title, exception, sql, opaque, dataset,"
             " population, tabulation, file, sha256, cells, statistics, judgement,"
             " cell_table, o.verdict, o.state, session, chart, claim, protection FROM outputs o"
             " JOIN requests r ON r.id = o.request WHERE request = ? ORDER BY number")
          .with(request);
  while (found.next()) rows.push_back(output_row(texts_, found));
  return rows;
}

std::optional<std::string> Registry::replaced_by(std::string_view request) const {
  auto found = db_.prepare("SELECT id FROM requests WHERE replaces = ?").with(request);
  if (request.empty() || !found.next()) return std::nullopt;
  return found.text(0);
}

void Registry::add_decision(const DecisionRow& row) {
  const auto session = session_of(row.request);
  const auto comment = texts_.seal(session, decision_place(row, "comment"), row.comment);
  const auto note = texts_.seal(session, decision_place(row, "note"), row.note);
  db_.prepare(
         "INSERT INTO decisions (request, output, turn, reviewer, decision, comment, note,"
         " file_sha256, policy_sha256, time, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(row.request, row.output, row.turn, row.reviewer, row.decision, Blob{comment},
            Blob{note}, row.file_sha256, row.policy_sha256, row.time, row.seq)
      .run();
}

std::vector<DecisionRow> Registry::decisions(std::string_view request) const {
  std::vector<DecisionRow> rows;
  auto found = db_.prepare(
                      "SELECT d.request, d.output, d.turn, reviewer, decision, comment, note,"
                      " file_sha256, d.policy_sha256, time, seq, session FROM decisions d"
                      " JOIN requests r ON r.id = d.request WHERE d.request = ? ORDER BY d.id")
                   .with(request);
  while (found.next()) rows.push_back(decision_row(texts_, found));
  return rows;
}

void Registry::add_release(const ReleaseRow& row) {
  db_.prepare(
         "INSERT INTO releases (request, output, file_name, sha256, seq)"
         " VALUES (?, ?, ?, ?, ?)")
      .with(row.request, row.output, row.file_name, row.sha256, row.seq)
      .run();
}

std::vector<ReleaseRow> Registry::releases(std::string_view request) const {
  std::vector<ReleaseRow> rows;
  auto found = db_.prepare(
                      "SELECT request, output, file_name, sha256, seq FROM releases"
                      " WHERE request = ? ORDER BY output")
                   .with(request);
  while (found.next()) {
    rows.push_back({found.text(0), static_cast<int>(found.integer(1)), found.text(2), found.text(3),
                    static_cast<std::uint64_t>(found.integer(4))});
  }
  return rows;
}

void Registry::add_history(std::string_view population, const HistoryRow& row) {
  db_.prepare(
         "INSERT INTO history (population, request, output, project, opaque, tabulation, kept,"
         " seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .with(population, row.request, row.output, row.project, row.opaque, row.tabulation, row.kept,
            row.seen)
      .run();
}

std::vector<HistoryRow> Registry::history(std::string_view population,
                                          std::string_view except) const {
  std::vector<HistoryRow> rows;
  auto found = db_.prepare(
                      "SELECT h.request, h.output, h.project, h.opaque, h.tabulation, h.kept,"
                      " h.seen, coalesce(o.state, 'seen') FROM history h"
                      " LEFT JOIN outputs o ON o.request = h.request AND o.number = h.output"
                      " WHERE h.population = ?1 AND h.request <> ?2 AND (o.state IS NULL OR ("
                      " (h.kept = 1 OR o.state NOT IN ('returned', 'rejected', 'withdrawn'))"
                      " AND (o.state IN ('released', 'revoked') OR h.id < coalesce("
                      "   (SELECT min(id) FROM history WHERE request = ?2), 9223372036854775807))))"
                      " ORDER BY h.id")
                   .with(population, except);
  while (found.next()) {
    rows.push_back({found.text(0), static_cast<int>(found.integer(1)), found.text(2),
                    found.integer(3) != 0, found.text(4), found.integer(5) != 0,
                    found.integer(6) != 0, found.text(7)});
  }
  return rows;
}

bool Registry::was_seen(std::string_view population, std::string_view project,
                        std::string_view tabulation) const {
  return db_
      .prepare(
          "SELECT 1 FROM history WHERE population = ? AND project = ? AND seen = 1"
          " AND tabulation = ? LIMIT 1")
      .with(population, project, tabulation)
      .next();
}

std::vector<std::string> Registry::populations() const {
  std::vector<std::string> names;
  auto found =
      db_.prepare("SELECT population FROM stores UNION SELECT population FROM history ORDER BY 1");
  while (found.next()) names.push_back(found.text(0));
  return names;
}

std::vector<HistoryRow> Registry::whole_history(std::string_view population) const {
  std::vector<HistoryRow> rows;
  auto found = db_.prepare(
                      "SELECT request, output, project, opaque, tabulation FROM history"
                      " WHERE population = ? ORDER BY id")
                   .with(population);
  while (found.next()) {
    rows.push_back({found.text(0), static_cast<int>(found.integer(1)), found.text(2),
                    found.integer(3) != 0, found.text(4), false, false, ""});
  }
  return rows;
}

}  // namespace sceau::enclave
