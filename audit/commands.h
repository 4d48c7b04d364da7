// The commands of sceau-audit. Each takes the arguments behind its name and gives the exit code.
#pragma once

#include <string>
#include <vector>

namespace sceau::audit {

/// Exit codes, as for every program of the project.
enum ExitCode : int {
  exit_done = 0,
  exit_no = 1,
  exit_usage = 2,
  exit_integrity = 4,
  exit_internal = 70
};

/// What every command does: prints its result on stdout, throws AuditError or
/// boost::program_options::error.
int run_verify(const std::vector<std::string>& arguments);
int run_show(const std::vector<std::string>& arguments);
int run_report(const std::vector<std::string>& arguments);
int run_receipt(const std::vector<std::string>& arguments);
int run_erasure(const std::vector<std::string>& arguments);
int run_prove(const std::vector<std::string>& arguments);
int run_cosign(const std::vector<std::string>& arguments);
int run_key(const std::vector<std::string>& arguments);
int run_rebuild(const std::vector<std::string>& arguments);

}  // namespace sceau::audit
