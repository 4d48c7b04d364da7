// The system calls of a worker and an examiner, by libseccomp.
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>

#include "enclave/fault.h"
#include "enclave/sandbox/walls.h"
#include "enclave/sandbox/walls_parts.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void no_walls() { throw EnclaveError(Fault::unavailable, "server.no_walls"); }

/// What computing, threads, clocks, given descriptors and files that are read need.
constexpr std::array allowed = {
    // descriptors that are there
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(dup),
    SCMP_SYS(fcntl), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt), SCMP_SYS(fadvise64), SCMP_SYS(readahead),
    // files, which Landlock narrows
    SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
    SCMP_SYS(landlock_restrict_self), SCMP_SYS(stat), SCMP_SYS(fstat), SCMP_SYS(lstat),
    SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
    SCMP_SYS(getdents64), SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(umask),
    // memory
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mlock),
    SCMP_SYS(munlock), SCMP_SYS(mlock2), SCMP_SYS(mlockall), SCMP_SYS(munlockall),
    SCMP_SYS(mincore), SCMP_SYS(membarrier),
    // threads, signals, clocks
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getppid),
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(exit),
    SCMP_SYS(exit_group), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday),
    SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getcpu), SCMP_SYS(sysinfo), SCMP_SYS(uname),
    SCMP_SYS(getrusage), SCMP_SYS(getrlimit), SCMP_SYS(arch_prctl), SCMP_SYS(timer_create),
    SCMP_SYS(timer_settime), SCMP_SYS(timer_delete), SCMP_SYS(setitimer), SCMP_SYS(getitimer)};

/// What no session ever asks for: the process ends, and the broker logs that it was killed.
constexpr std::array hostile = {SCMP_SYS(execve),
                                SCMP_SYS(execveat),
                                SCMP_SYS(fork),
                                SCMP_SYS(vfork),
                                SCMP_SYS(ptrace),
                                SCMP_SYS(process_vm_readv),
                                SCMP_SYS(process_vm_writev),
                                SCMP_SYS(pidfd_getfd),
                                SCMP_SYS(connect),
                                SCMP_SYS(bind),
                                SCMP_SYS(listen),
                                SCMP_SYS(accept),
                                SCMP_SYS(accept4),
                                SCMP_SYS(mount),
                                SCMP_SYS(umount2),
                                SCMP_SYS(pivot_root),
                                SCMP_SYS(chroot),
                                SCMP_SYS(setns),
                                SCMP_SYS(unshare),
                                SCMP_SYS(bpf),
                                SCMP_SYS(perf_event_open),
                                SCMP_SYS(userfaultfd),
                                SCMP_SYS(kexec_load),
                                SCMP_SYS(kexec_file_load),
                                SCMP_SYS(init_module),
                                SCMP_SYS(finit_module),
                                SCMP_SYS(delete_module),
                                SCMP_SYS(keyctl),
                                SCMP_SYS(add_key),
                                SCMP_SYS(request_key),
                                SCMP_SYS(open_by_handle_at),
                                SCMP_SYS(reboot),
                                SCMP_SYS(swapon),
                                SCMP_SYS(setuid),
                                SCMP_SYS(setgid),
                                SCMP_SYS(setresuid),
                                SCMP_SYS(setresgid),
                                SCMP_SYS(capset),
                                SCMP_SYS(personality),
                                SCMP_SYS(memfd_create),
                                SCMP_SYS(memfd_secret),
                                SCMP_SYS(pkey_mprotect),
                                SCMP_SYS(kill),
                                SCMP_SYS(tkill),
                                SCMP_SYS(ioperm),
                                SCMP_SYS(iopl)};

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) {
    if (!context_) no_walls();
    // The 32-bit and x32 calls are others: whoever makes one is not one of ours.
    must(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    must(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 1));
    // For threads that a library may have started; without it only this one, the first, is held.
    seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  }

  void rule(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> when = {}) {
    const int made = seccomp_rule_add_array(context_.get(), action, call,
                                            static_cast<unsigned>(when.size()), when.begin());
    if (made != 0 && made != -EDOM && made != -EACCES) no_walls();
  }
  void load() { must(seccomp_load(context_.get())); }

 private:
  static void must(int result) {
    if (result != 0) no_walls();
  }
  std::unique_ptr<void, decltype(&seccomp_release)> context_;
};

}  // namespace

bool seccomp_is_there() {
  return ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 && seccomp_api_get() > 0;
}

void keep_to_calls() {
  Filter filter;
  for (const int call : allowed) filter.rule(SCMP_ACT_ALLOW, call);
  for (const int call : hostile) filter.rule(SCMP_ACT_KILL_PROCESS, call);
  // No memory that can be written and run; what is mapped is the process's own or a file to read.
  const auto plain = [](unsigned argument) {
    return scmp_arg_cmp{argument, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  };
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mmap), {plain(2)});
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), {plain(2)});
  filter.rule(SCMP_ACT_KILL_PROCESS, SCMP_SYS(mprotect),
              {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC}});
  // Files are opened to read, whether or not Landlock is there to say so too.
  constexpr scmp_datum_t changes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(openat), {{2, SCMP_CMP_MASKED_EQ, changes, 0}});
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(open), {{1, SCMP_CMP_MASKED_EQ, changes, 0}});
  // Threads, never processes. clone3 hides its flags in memory: glibc then uses clone.
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(clone),
              {{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD}});
  filter.rule(SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), {{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0}});
  filter.rule(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
  filter.rule(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup));
  // A signal to itself is how abort() ends it.
  const auto self = static_cast<scmp_datum_t>(::getpid());
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), {{0, SCMP_CMP_EQ, self, 0}});
  // Reading its own limits, not setting another's.
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {{2, SCMP_CMP_EQ, 0, 0}});
  for (const int option :
       {PR_SET_NO_NEW_PRIVS, PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_GET_SECCOMP}) {
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(prctl),
                {{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(option), 0}});
  }
  filter.load();
}

}  // namespace sceau::enclave
