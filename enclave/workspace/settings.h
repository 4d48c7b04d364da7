#pragma once
// What centre.toml says of workspaces ([workspace]); every key may be left out.
// Of folder, ingress and hours a project's policy may say otherwise.
//
//   [workspace]
//   folder = "kept"          # vanishing (default): gone at the end; kept: sealed between sessions
//   folder_size = "2G"       # of the project folder, and of /tmp together with it twice that
//   memory = "8G"            # that its processes may take, one and all together
//   processes = 256          # at once
//   open_files = 1024        # of one process
//   ingress = "approved"     # a reviewer admits what is brought in; logged (default): at once
//   hours = 12               # after which a workspace ends, whatever runs in it
//   first_user = 1900000000  # the uids that workspaces run under where the broker may choose; from
//   users = 100              # here so many, one a workspace: they must belong to nobody else

#include <cstdint>
#include <string>

namespace sceau::enclave {

/// A file that the broker puts into a workspace, read-only.
struct GivenFile {
  std::string path;  ///< inside: "/released/R-2026-000001/effectifs.csv"
  std::string bytes;
};

struct WorkspaceSettings {
  bool kept = false;
  bool ingress_approved = false;
  std::uint64_t folder_bytes = 1ULL << 30;
  std::uint64_t memory_bytes = 4ULL << 30;
  std::uint32_t processes = 256;
  std::uint32_t open_files = 1024;
  std::uint32_t hours = 12;
  std::uint32_t first_user = 1'900'000'000;
  std::uint32_t users = 100;
};

}  // namespace sceau::enclave
