// A period's figures, counted by hand.
#include "audit/period.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "audit/entry.h"
#include "audit/fault.h"

namespace sceau::audit {
namespace {

// Entries of one centre over three days.
struct Made {
  std::vector<std::string> lines;

  void add(const std::string& day, const std::string& event, const std::string& actor,
           Fields data) {
    lines.push_back(format_entry(
        {lines.size(), Digest{}, day + "T10:00:00.000000Z", event, actor, std::move(data)}));
  }
};

const std::string hash(64, 'a');

Fields turn(const std::string& request, Fields more) {
  more["request"] = request;
  more["turn"] = std::int64_t{1};
  return more;
}

Made centre() {
  Made made;
  made.add("2026-11-01", "session.opened", "u-1", {{"project", "P"}, {"session", "S-1"}});
  made.add("2026-11-01", "statement.started", "u-1",
           {{"commitment", hash}, {"session", "S-1"}, {"statement", std::int64_t{1}}});
  made.add("2026-11-01", "statement.finished", "u-1",
           {{"outcome", "42501"}, {"session", "S-1"}, {"statement", std::int64_t{1}}});
  made.add("2026-11-01", "session.refused", "u-2", {{"reason", "permit"}});
  for (const char* request : {"R-1", "R-2"}) {
    made.add("2026-11-02", "request.submitted", "u-1",
             turn(request, {{"commitment", hash}, {"outputs", std::int64_t{2}}, {"project", "P"}}));
    made.add("2026-11-02", "request.checked", "u-1",
             turn(request, {{"commitment", hash},
                            {"policy", hash},
                            {"verdict", request == std::string("R-1") ? "pass" : "review"}}));
  }
  made.add("2026-11-02", "review.decided", "u-3",
           turn("R-2", {{"decision", "approve"},
                        {"output", std::int64_t{1}},
                        {"policy", hash},
                        {"sha256", hash}}));
  for (const char* request : {"R-1", "R-2"}) {
    made.add("2026-11-03", "release.started", "u-3", turn(request, {{"outputs", std::int64_t{1}}}));
    made.add("2026-11-03", "release.made", "u-3",
             turn(request, {{"output", std::int64_t{1}},
                            {"policy", hash},
                            {"sha256", hash},
                            {"verdict", "pass"}}));
  }
  made.add("2026-11-03", "release.revoked", "u-3", turn("R-1", {}));
  made.add("2026-11-03", "request.withdrawn", "u-1", turn("R-9", {{"reason", "author"}}));
  made.add("2026-11-03", "session.closed", "u-1", {{"reason", "done"}, {"session", "S-1"}});
  return made;
}

nlohmann::json figures(const std::string& from, const std::string& to) {
  Period period(from, to);
  ScannedEntry entry;
  const Made made = centre();
  for (const std::string& line : made.lines) {
    REQUIRE_FALSE(scan_entry(line, entry));
    period.add(entry);
  }
  std::ostringstream out;
  period.print_json(out);
  return nlohmann::json::parse(out.str());
}

}  // namespace

TEST_CASE("all figures of a small centre are those counted by hand") {
  const auto all = figures("", "");
  CHECK(all["entries"] == 16);
  CHECK(all["sessions"] ==
        nlohmann::json{{"opened", 1}, {"closed", 1}, {"refused", {{"permit", 1}}}});
  CHECK(all["statements"] == nlohmann::json{{"started", 1}, {"outcomes", {{"42501", 1}}}});
  CHECK(all["requests"] == nlohmann::json{{"submitted", 2},
                                          {"outputs", 4},
                                          {"withdrawn", {{"author", 1}}},
                                          {"verdicts", {{"pass", 1}, {"review", 1}}}});
  CHECK(all["decisions"] ==
        nlohmann::json{{"count", {{"approve", 1}}}, {"by", {{"u-3", {{"approve", 1}}}}}});
  CHECK(all["releases"] == nlohmann::json{{"requests", 2},
                                          {"unreviewed", 1},
                                          {"files", 2},
                                          {"verdicts", {{"pass", 2}}},
                                          {"revoked", 1}});
}

TEST_CASE("a period has its own days, both ends within, and remembers decisions before it") {
  CHECK(figures("2026-11-02", "2026-11-02")["entries"] == 5);
  CHECK(figures("2026-11-01", "2026-11-02")["entries"] == 9);
  const auto last = figures("2026-11-03", "");
  CHECK(last["entries"] == 7);
  CHECK(last["releases"]["unreviewed"] == 1);
  CHECK(last["decisions"]["by"].empty());
  CHECK(figures("2026-12-01", "")["entries"] == 0);
}

TEST_CASE("what is no period is refused") {
  CHECK_THROWS_AS(Period("2026-02-30", ""), AuditError);
  CHECK_THROWS_AS(Period("yesterday", ""), AuditError);
  CHECK_THROWS_AS(Period("2026-11-02", "2026-11-01"), AuditError);
}

}  // namespace sceau::audit
