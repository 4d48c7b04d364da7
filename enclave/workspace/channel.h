#pragma once
// What the broker and a workspace's entry say to each other, one datagram a message: a letter, a
// number, and descriptors beside it. Only our own code speaks at the inner end until the command
// begins; from then on the outer end believes nothing but that a workspace has ended.
//
//   entry -> broker   F  the outer ends of the command's streams: the terminal's master, or stdin,
//                        stdout, stderr; then the archive's pipe where the folder is kept
//   entry -> broker   R  everything stands; nothing of the command has run
//   broker -> entry   G  run it
//   entry -> broker   X  it has ended: its exit code, and 256 more where the folder was packed

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace sceau::enclave {

struct WorkspaceWord {
  char letter = 0;
  std::uint32_t number = 0;
  std::vector<int> descriptors;  ///< the receiver's to close
};

/// False where the other side has gone.
[[nodiscard]] bool say_word(int socket, char letter, std::uint32_t number = 0,
                            const std::vector<int>& descriptors = {});
/// nullopt at the end, and for what is no word. Blocks, or with `wait_ms` not longer than that.
[[nodiscard]] std::optional<WorkspaceWord> hear_word(int socket, int wait_ms = -1);

}  // namespace sceau::enclave
