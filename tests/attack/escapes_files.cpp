// Files, devices, programs, and what leaks in.
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "tests/attack/escapes_parts.h"

namespace escapes {
namespace {

bool opens(const std::string& file, int flags = O_RDONLY) {
  return ::open(file.c_str(), flags | O_CLOEXEC, 0600) >= 0;
}

bool reads(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return stream.get() != std::ifstream::traits_type::eof();
}

std::string of_process(int process, const char* file) {
  return "/proc/" + std::to_string(process) + "/" + file;
}

bool runs(const std::string& program) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(program.c_str(), "true", nullptr);
    ::_exit(126);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool copy_program(const std::string& to, mode_t mode) {
  std::ifstream from("/usr/bin/true", std::ios::binary);
  std::ofstream(to, std::ios::binary) << from.rdbuf();
  return ::chmod(to.c_str(), mode) == 0;
}

bool runs_from_memory() {
  const int fd = ::memfd_create("program", 0);
  if (fd < 0) return false;
  std::ifstream from("/usr/bin/true", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(from), {}};
  if (::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return false;
  return runs("/proc/self/fd/" + std::to_string(fd));
}

bool opens_by_handle(const Ground& ground) {
  // A head, and behind it the handle's own bytes.
  alignas(file_handle) std::array<char, sizeof(file_handle) + 128> room{};
  auto* handle = reinterpret_cast<file_handle*>(room.data());
  handle->handle_bytes = 128;
  int mount = 0;
  if (::name_to_handle_at(AT_FDCWD, ground.writable.c_str(), handle, &mount, 0) != 0) return false;
  const int folder = ::open(ground.writable.c_str(), O_RDONLY | O_DIRECTORY);
  return ::open_by_handle_at(folder, handle, O_RDONLY) >= 0;
}

bool has_controls(const Ground& ground, mode_t kind, dev_t device) {
  return ::mknod((ground.writable + "/device").c_str(), kind | 0600, device) == 0;
}

}  // namespace

void add_files(std::vector<Attempt>& all) {
  const auto add = [&all](std::string name, std::function<bool(const Ground&)> reaches,
                          Without without = Without::everything, bool possible = true) {
    all.push_back({std::move(name), without, std::move(reaches), possible});
  };
  const bool root = may(CAP_DAC_OVERRIDE);
  // the host's files
  add("read a file of the centre", [](const Ground& g) { return reads(g.folder + "/sealed"); });
  add("list a folder of the centre",
      [](const Ground& g) { return opens(g.folder, O_RDONLY | O_DIRECTORY); });
  add("write into a folder of the centre",
      [](const Ground& g) { return opens(g.folder + "/new", O_WRONLY | O_CREAT); });
  add("read the host's /etc/fstab or /etc/issue",
      [](const Ground&) { return reads("/etc/fstab") || reads("/etc/issue"); });
  add(
      "read /etc/shadow", [](const Ground&) { return reads("/etc/shadow"); }, Without::everything,
      root);
  add("list /home or /root", [](const Ground&) {
    return opens("/home", O_RDONLY | O_DIRECTORY) || opens("/root", O_RDONLY | O_DIRECTORY);
  });
  add("list /var", [](const Ground&) { return opens("/var/lib", O_RDONLY | O_DIRECTORY); });
  add("read it through a symbolic link in the folder", [](const Ground& g) {
    const auto link = g.writable + "/link";
    return ::symlink((g.folder + "/sealed").c_str(), link.c_str()) == 0 && reads(link);
  });
  add("read it through a hard link in the folder", [](const Ground& g) {
    const auto link = g.writable + "/hard";
    return ::link((g.folder + "/sealed").c_str(), link.c_str()) == 0 && reads(link);
  });
  add("read it by climbing out of the folder",
      [](const Ground& g) { return reads(g.writable + "/../../../.." + g.folder + "/sealed"); });
  add("open a file by its handle", opens_by_handle, Without::everything, may(CAP_DAC_READ_SEARCH));
  // devices
  add(
      "make a device", [](const Ground& g) { return has_controls(g, S_IFCHR, 0x0103); },
      Without::everything, may(CAP_MKNOD));
  add(
      "make a block device", [](const Ground& g) { return has_controls(g, S_IFBLK, 0xfe00); },
      Without::everything, may(CAP_MKNOD));
  add(
      "read the kernel's memory", [](const Ground&) { return opens("/proc/kcore"); },
      Without::everything, may(CAP_SYS_RAWIO) && opens("/proc/kcore"));
  add(
      "write a setting of the kernel",
      [](const Ground&) { return opens("/proc/sys/kernel/hostname", O_WRONLY); },
      Without::everything, root && opens("/proc/sys/kernel/hostname", O_WRONLY));
  add("see the host's disks", [](const Ground&) { return opens("/sys/block", O_DIRECTORY); });
  // the system inside
  add("write into the system", [](const Ground& g) {
    const bool inside = g.writable == "/workspace";
    return opens(inside ? "/usr/local/bin/planted" : g.writable + "/planted", O_WRONLY | O_CREAT);
  });
  add("change /etc/passwd", [](const Ground& g) {
    const bool inside = g.writable == "/workspace";
    return opens(inside ? "/etc/passwd" : g.writable + "/passwd",
                 inside ? O_WRONLY | O_APPEND : O_WRONLY | O_CREAT);
  });
  add("make a file at the root", [](const Ground& g) {
    return opens(g.writable == "/workspace" ? "/planted" : g.writable + "/root",
                 O_WRONLY | O_CREAT);
  });
  add("replace the program of the centre", [](const Ground& g) {
    const bool inside = g.writable == "/workspace";
    return ::rename((g.writable + "/x").c_str(), "/opt/sceau/bin/sceau") == 0 ||
           opens(inside ? "/opt/sceau/bin/sceau" : g.writable + "/sceau", O_WRONLY | O_CREAT);
  });
  add("replace the session's socket", [](const Ground& g) {
    return g.writable == "/workspace" ? ::unlink("/run/sceau/.s.PGSQL.5432") == 0
                                      : ::unlink((g.folder + "/spare").c_str()) == 0;
  });
  // programs
  add(
      "run a program of the folder",
      [](const Ground& g) {
        const auto program = g.writable + "/program";
        return copy_program(program, 0700) && runs(program);
      },
      Without::landlock);
  add(
      "run a program from memory", [](const Ground&) { return runs_from_memory(); },
      Without::calls);
  add("gain rights by a program that has them",
      [](const Ground&) { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0; });
  add(
      "have a capability",
      [](const Ground&) {
        for (unsigned capability = 0; capability < 41; ++capability) {
          if (may(capability)) return true;
        }
        return false;
      },
      Without::everything, root);
  // what leaks in
  add("read the starter's environment",
      [](const Ground&) { return std::getenv("SCEAU_ESCAPES") != nullptr; });
  add("use the starter's open file", [](const Ground&) { return ::fcntl(50, F_GETFD) >= 0; });
  add("use more than three descriptors", [](const Ground&) {
    for (int fd = 3; fd < 1024; ++fd) {
      if (::fcntl(fd, F_GETFD) >= 0) return true;
    }
    return false;
  });
  add("learn the host's name", [](const Ground& g) {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 && g.host_name == name.data();
  });
  add("see the host's processes",
      [](const Ground& g) { return reads(of_process(g.host_process, "cmdline")); });
  add("read a host process's environment",
      [](const Ground& g) { return reads(of_process(g.host_process, "environ")); });
  add(
      "read the first process's environment",
      [](const Ground&) { return opens("/proc/1/environ") && reads("/proc/1/environ"); },
      Without::landlock);
  add(
      "write the first process's memory",
      [](const Ground&) { return opens("/proc/1/mem", O_RDWR); }, Without::landlock);
  add(
      "list the first process's open files",
      [](const Ground&) { return opens("/proc/1/fd/0") || opens("/proc/1/fd/3"); },
      Without::landlock, false);
  add(
      "write its parent's memory",
      [](const Ground&) { return opens(of_process(::getppid(), "mem"), O_RDWR); },
      Without::everything, may(CAP_SYS_PTRACE));
}

}  // namespace escapes
