#pragma once
// What somebody inside a workspace tries, to get out of it or to break it. Each attempt says which
// wall stands against it, and is possible where that one is taken away.

#include <functional>
#include <string>
#include <vector>

namespace escapes {

/// What the host has prepared: things to be reached.
struct Ground {
  std::string folder;    ///< on the host: the file `sealed`, sockets `control.sock` and `other`
  std::string writable;  ///< where this side may write: /workspace inside, a folder outside
  int port = 0;          ///< of TCP and UDP on 127.0.0.1
  std::string abstract;  ///< a socket without a file
  int host_process = 0;  ///< of the same user as the test
  std::string host_name;
};

enum class Without {
  everything,  ///< a plain process on the host
  calls,       ///< a workspace without its list of system calls
  landlock,    ///< a workspace without Landlock
  limits       ///< a workspace without limits
};

struct Attempt {
  std::string name;
  Without without = Without::everything;
  std::function<bool(const Ground&)> reaches;
  /// Whether it can succeed without that wall, as this user and on this kernel.
  bool possible = true;
};

std::vector<Attempt> attempts();

/// Whether this process may do what root may; in a container root may less.
bool may(unsigned capability);

}  // namespace escapes
