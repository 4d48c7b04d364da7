#include "enclave/workspace/memory_use.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

std::optional<pid_t> pid_named(const std::string& name) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return pid;
}

/// What a folder of /proc holds, as far as it goes: its process may end meanwhile.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code gone;
  for (fs::directory_iterator at(folder, gone), end; !gone && at != end; at.increment(gone)) {
    found.push_back(at->path());
  }
  return found;
}

constexpr const char* own_children = "/proc/thread-self/children";

/// Of all its threads, as the kernel lists them: a look at one family costs nothing for the others.
std::vector<pid_t> listed_children(pid_t process) {
  std::vector<pid_t> found;
  for (const auto& thread : entries_of(fs::path("/proc") / std::to_string(process) / "task")) {
    std::ifstream file(thread / "children");
    for (pid_t child = 0; file >> child;) found.push_back(child);
  }
  return found;
}

/// For a kernel without such lists. By process: its parent. Names of programs may hold blanks and
/// brackets, so from the last one on.
std::multimap<pid_t, pid_t> children_by_parent() {
  std::multimap<pid_t, pid_t> found;
  for (const auto& entry : entries_of("/proc")) {
    const auto pid = pid_named(entry.filename().string());
    if (!pid) continue;
    std::ifstream file(entry / "stat");
    std::string line;
    std::getline(file, line);
    const auto bracket = line.rfind(')');
    if (bracket == std::string::npos || bracket + 4 >= line.size()) continue;
    const auto rest = std::string_view(line).substr(bracket + 4);  // ") S "
    pid_t parent = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), parent).ec == std::errc{}) {
      found.emplace(parent, *pid);
    }
  }
  return found;
}

/// The sum of these lines ("Name:  12 kB"); nullopt: the file can't be read or has none of them.
std::optional<std::uint64_t> sum_of(const fs::path& path,
                                    std::initializer_list<std::string_view> names) {
  std::ifstream file(path);
  std::optional<std::uint64_t> sum;
  for (std::string line; std::getline(file, line);) {
    for (const auto name : names) {
      if (line.rfind(name, 0) != 0) continue;
      const auto digits = line.find_first_of("0123456789", name.size());
      if (digits == std::string::npos) continue;
      std::uint64_t kib = 0;
      std::from_chars(line.data() + digits, line.data() + line.size(), kib);
      sum = sum.value_or(0) + kib * 1024;
    }
  }
  return sum;
}

std::uint64_t memory_of(pid_t process) {
  const auto folder = fs::path("/proc") / std::to_string(process);
  const auto shares = sum_of(folder / "smaps_rollup", {"Pss_Anon:", "Pss_Shmem:", "SwapPss:"});
  if (shares) return *shares;
  return sum_of(folder / "status", {"RssAnon:", "RssShmem:", "VmSwap:"}).value_or(0);
}

}  // namespace

std::uint64_t memory_of_family(pid_t eldest) {
  std::error_code ignored;
  const bool listed = fs::exists(own_children, ignored);
  const auto all = listed ? std::multimap<pid_t, pid_t>() : children_by_parent();
  std::uint64_t sum = 0;
  std::vector<pid_t> waiting{eldest};
  while (!waiting.empty()) {
    const auto process = waiting.back();
    waiting.pop_back();
    sum += memory_of(process);
    if (listed) {
      for (const auto child : listed_children(process)) waiting.push_back(child);
    }
    const auto [first, last] = all.equal_range(process);
    for (auto child = first; child != last; ++child) waiting.push_back(child->second);
  }
  return sum;
}

}  // namespace sceau::enclave
