#pragma once
// The client's side of a workspace, on the host: bytes between the person's terminal (or pipes) and
// the workspace's, which never meet. A terminal's output goes through TerminalFilter; a pipe's
// passes as it is.

#include <string>
#include <vector>

namespace sceau::enclave {

/// Raw mode of a terminal while it lives; nothing where `fd` is none.
class RawTerminal {
 public:
  explicit RawTerminal(int fd);
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal();

 private:
  struct Saved;
  Saved* saved_ = nullptr;
};

/// Relays until `broker` has something to say and, once it has, until the streams have ended.
/// `streams`: the terminal's master, or the command's stdin, stdout and stderr; closed on return.
/// Window changes go along.
class Relay {
 public:
  explicit Relay(std::vector<int> streams);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Returns when `broker` is readable.
  void until_heard(int broker);
  /// What is still in the streams, for at most five seconds.
  void drain();

 private:
  struct State;
  State* state_;
};

}  // namespace sceau::enclave
