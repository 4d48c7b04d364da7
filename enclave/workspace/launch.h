#pragma once
// Starts a workspace and knows when it has ended. The starter is its parent: it dies with the
// thread that started it, and with this object.
//
//   RunningWorkspace workspace(plan, -1);
//   auto streams = workspace.streams();      // throws workspace.did_not_start, with bwrap's reason
//   workspace.go();                          // now the command runs
//   workspace.wait(…)                        // its exit code

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "enclave/workspace/channel.h"
#include "enclave/workspace/plan.h"

namespace sceau::enclave {

struct WorkspaceEnd {
  int exit_code = 0;     ///< of the command, as shells say it; 128 and more: a signal
  bool orderly = false;  ///< it said so itself; else it was killed
  bool packed = false;   ///< the kept folder came out whole
};

/// Whether every user may open this program by its path; else its bytes are copied in.
[[nodiscard]] bool is_open_to_all(const std::filesystem::path& file);

class RunningWorkspace {
 public:
  /// `archive`: the kept folder as a file at its beginning, or -1; stays the caller's. Throws
  /// workspace.did_not_start.
  RunningWorkspace(const WorkspacePlan& plan, int archive);
  RunningWorkspace(const RunningWorkspace&) = delete;
  RunningWorkspace& operator=(const RunningWorkspace&) = delete;
  ~RunningWorkspace();  ///< kills and reaps what still runs

  /// Waits until everything stands. The command's streams (the terminal's master, or stdin, stdout,
  /// stderr; the caller closes them) and, of a kept folder, the archive's pipe behind them.
  [[nodiscard]] std::vector<int> streams(std::chrono::milliseconds patience);
  void go();
  void kill();
  /// What the workspace said last, where it has said it: read it before wait().
  void hear();
  [[nodiscard]] std::optional<WorkspaceEnd> wait(std::chrono::milliseconds patience);

  /// Readable when something is to be heard, and when it has ended.
  [[nodiscard]] int channel() const { return channel_; }
  [[nodiscard]] int pidfd() const { return pidfd_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What bubblewrap complained of, for the operator.
  [[nodiscard]] std::string complaint();

 private:
  [[noreturn]] void did_not_start();

  pid_t pid_ = -1;
  int pidfd_ = -1;
  int channel_ = -1;
  int errors_ = -1;
  std::optional<WorkspaceEnd> end_;
  WorkspaceEnd said_;
};

}  // namespace sceau::enclave
