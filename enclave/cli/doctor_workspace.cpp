#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "enclave/cli/doctor.h"
#include "enclave/fault.h"
#include "enclave/workspace/entry.h"
#include "enclave/workspace/launch.h"

namespace sceau::enclave {
namespace {

constexpr std::chrono::seconds patience(20);

/// A workspace without anything in it; true where its command ended well.
bool begins_and_ends(WorkspacePlan plan) {
  plan.program = std::filesystem::read_symlink("/proc/self/exe");
  plan.user = "doctor";
  plan.project = "doctor";
  plan.command = {"/bin/true"};
  if (may_choose_users()) plan.own_user = plan.settings.first_user;
  plan.copy_program = plan.own_user && !is_open_to_all(plan.program);
  RunningWorkspace workspace(plan, -1);
  for (const int fd : workspace.streams(patience)) ::close(fd);
  workspace.go();
  const auto end = workspace.wait(patience);
  return end && end->exit_code == 0;
}

}  // namespace

void check_workspaces(Findings& findings) {
  const WorkspacePlan plan;
  if (::access(plan.bubblewrap.c_str(), X_OK) != 0) {
    findings.push_back({"workspaces", false, "doctor.no_bwrap", {plan.bubblewrap.string()}});
    return;
  }
  try {
    const bool good = begins_and_ends(plan);
    findings.push_back(
        {"workspaces", good, good ? "doctor.workspaces" : "doctor.workspace_fails", {}});
  } catch (const EnclaveError& error) {
    findings.push_back({"workspaces", false, "doctor.no_workspaces", {error.what()}});
  }
  // Told, not judged: a broker without these rights is as it should be on many machines.
  findings.push_back({"workspaces' users",
                      true,
                      may_choose_users() ? "doctor.own_users" : "doctor.brokers_user",
                      {}});
}

}  // namespace sceau::enclave
