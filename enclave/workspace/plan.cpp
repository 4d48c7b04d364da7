#include "enclave/workspace/plan.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <set>

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

/// Of the host's /etc: what programs under /usr read to start, and nothing about the host.
constexpr std::array system_settings = {
    "/etc/ld.so.cache", "/etc/ld.so.conf",   "/etc/ld.so.conf.d",     "/etc/alternatives",
    "/etc/R",           "/etc/python3",      "/etc/python3.11",       "/etc/python3.13",
    "/etc/localtime",   "/etc/fonts",        "/etc/inputrc",          "/etc/terminfo",
    "/etc/mime.types",  "/etc/locale.alias", "/etc/postgresql-common"};

using Words = std::vector<std::string>;

void add(Words& words, std::initializer_list<std::string> more) { words.insert(words.end(), more); }

bool is_folder(const char* path) {
  struct stat status {};
  return ::lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void add_namespaces(Words& words) {
  add(words, {"--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
              "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
              "--uid", "1000", "--gid", "1000", "--hostname", "workspace"});
}

void add_system(Words& words) {
  add(words, {"--ro-bind", "/usr", "/usr"});
  for (const char* folder : {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}) {
    if (is_folder(folder)) {
      add(words, {"--ro-bind", folder, folder});
      continue;
    }
    std::error_code error;
    const auto target = fs::read_symlink(folder, error);
    if (!error) add(words, {"--symlink", target.string(), folder});
  }
  for (const char* file : system_settings) add(words, {"--ro-bind-try", file, file});
  add(words, {"--proc", "/proc", "--dev", "/dev"});
}

void add_memory(Words& words, const char* folder, std::uint64_t bytes, const char* mode) {
  add(words, {"--perms", mode, "--size", std::to_string(bytes), "--tmpfs", folder});
}

void add_folders(Words& words, const WorkspaceSettings& settings) {
  add_memory(words, "/workspace", settings.folder_bytes, "0700");
  add_memory(words, "/tmp", settings.folder_bytes / 2, "0700");
  add_memory(words, "/dev/shm", settings.folder_bytes / 2, "0700");
  add(words, {"--dir", "/ingress", "--dir", "/released", "--dir", "/run/sceau", "--dir",
              "/opt/sceau/bin"});
}

void add_files(Words& words, const WorkspacePlan& plan) {
  int fd = first_file_fd;
  std::set<std::string> folders;
  for (const auto& file : made_files(plan)) {
    const auto folder = fs::path(file.path).parent_path().string();
    if (folders.insert(folder).second) add(words, {"--dir", folder});
    add(words, {"--perms", "0444", "--file", std::to_string(fd++), file.path});
  }
  if (plan.copy_program) {
    add(words, {"--perms", "0555", "--file", std::to_string(fd++), "/opt/sceau/bin/sceau"});
  } else {
    add(words, {"--ro-bind", plan.program.string(), "/opt/sceau/bin/sceau"});
  }
  if (!plan.socket.empty()) {
    add(words, {"--bind", plan.socket.string(), "/run/sceau/.s.PGSQL.5432"});
  }
}

void add_environment(Words& words, const WorkspacePlan& plan) {
  words.emplace_back("--clearenv");
  const auto set = [&](const char* name, const std::string& value) {
    add(words, {"--setenv", name, value});
  };
  set("PATH", "/opt/sceau/bin:/usr/local/bin:/usr/bin:/bin");
  set("HOME", "/workspace");
  set("TMPDIR", "/tmp");
  set("USER", plan.user);
  set("LOGNAME", plan.user);
  set("LANG", "C.UTF-8");
  set("SHELL", "/bin/bash");
  set("PGHOST", "/run/sceau");
  set("PGUSER", plan.user);
  set("PGDATABASE", plan.project);
  if (plan.language == "fr") set("PGOPTIONS", "-c lc_messages=fr_FR.UTF-8");
  set("SCEAU_WORKSPACE", plan.project);
  if (!plan.terminal.empty()) set("TERM", plan.terminal);
}

/// What the entry is told: p or t, vanishing or kept, the walls, the limits.
std::string entry_order(const WorkspacePlan& plan) {
  const auto& s = plan.settings;
  std::string order = plan.terminal.empty() ? "p" : "t";
  order += s.kept ? "k" : "v";
  order += plan.walls.landlock ? "L" : "-";
  order += plan.walls.limits ? "Q" : "-";
  for (const std::uint64_t number : {s.memory_bytes, s.folder_bytes, std::uint64_t{s.processes},
                                     std::uint64_t{s.open_files}, std::uint64_t{s.hours} * 3600}) {
    order += ":" + std::to_string(number);
  }
  return order;
}

}  // namespace

std::vector<GivenFile> made_files(const WorkspacePlan& plan) {
  std::vector<GivenFile> files = {
      {"/etc/passwd", "root:x:0:0::/:/usr/sbin/nologin\n" + plan.user +
                          ":x:1000:1000::/workspace:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/"
                          "nologin\n"},
      {"/etc/group", "root:x:0:\n" + plan.user + ":x:1000:\nnogroup:x:65534:\n"},
      {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nservices: files\n"},
      {"/etc/hosts", "127.0.0.1 localhost workspace\n"}};
  files.insert(files.end(), plan.files.begin(), plan.files.end());
  return files;
}

std::vector<std::string> bubblewrap_words(const WorkspacePlan& plan) {
  Words words;
  add_namespaces(words);
  add_system(words);
  add_folders(words, plan.settings);
  add_files(words, plan);
  add(words, {"--remount-ro", "/dev", "--remount-ro", "/"});
  add_environment(words, plan);
  if (plan.walls.calls) add(words, {"--seccomp", std::to_string(calls_fd)});
  add(words, {"--chdir", "/workspace"});
  return words;
}

std::vector<std::string> entry_words(const WorkspacePlan& plan) {
  Words words = {"/opt/sceau/bin/sceau", workspace_word, entry_order(plan)};
  words.insert(words.end(), plan.command.begin(), plan.command.end());
  return words;
}

std::vector<Place> workspace_places() {
  using enum Place::Use;
  // What is mounted is little already; this says that it is read, and where more may be done.
  std::vector<Place> places = {{"/", read}};
  for (const char* folder : {"/usr", "/opt", "/lib", "/lib32", "/lib64", "/bin", "/sbin"}) {
    if (is_folder(folder)) places.push_back({folder, run});
  }
  places.push_back({"/dev", device});
  for (const char* folder : {"/workspace", "/tmp", "/dev/shm"}) places.push_back({folder, write});
  return places;
}

}  // namespace sceau::enclave
