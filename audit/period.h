// A period's figures, from the log alone: what a yearly report says of a centre.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <set>
#include <string>

#include "audit/scan.h"

namespace sceau::audit {

/// How often each word occurred: a verdict, a reason, a decision.
using Tally = std::map<std::string, std::uint64_t>;

class Period {
 public:
  /// Days as YYYY-MM-DD, both within the period; an empty one leaves that side open.
  /// Throws AuditError (bad_input) for what is no day, or a period that ends before it begins.
  Period(std::string from, std::string to);

  /// Counts an entry if it falls into the period; entries come in the order of the log.
  void add(const ScannedEntry& entry);

  void print_text(std::ostream& out) const;
  /// {"format":1,"from":…,"to":…,"entries":N,"sessions":{…},"statements":{…},"requests":{…},
  ///  "decisions":{…},"releases":{…}}
  void print_json(std::ostream& out) const;

 private:
  void add_review(const ScannedEntry& entry);
  void add_release(const ScannedEntry& entry);

  std::string from_, to_;
  std::string first_, last_;  // times of the entries that were counted
  std::uint64_t entries_ = 0;
  std::uint64_t opened_ = 0, closed_ = 0, statements_ = 0;
  Tally refused_;   // sessions, by reason
  Tally outcomes_;  // of statements
  std::uint64_t submitted_ = 0, outputs_ = 0;
  Tally verdicts_, withdrawn_;
  Tally decisions_;
  std::map<std::string, Tally> decided_by_;  // actor, decision
  std::set<std::string> decided_;            // requests and turns with a decision, in any period
  std::uint64_t released_ = 0, unreviewed_ = 0, files_ = 0, revoked_ = 0;
  Tally files_by_verdict_;
};

}  // namespace sceau::audit
