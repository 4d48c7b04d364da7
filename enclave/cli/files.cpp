#include "enclave/cli/files.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "enclave/centre/control.h"
#include "enclave/fault.h"
#include "enclave/keys/descriptor.h"

namespace sceau::enclave {
namespace {

bool holds_file(const OptionSpec& option) {
  return option.holds == Holds::document || option.holds == Holds::data ||
         option.holds == Holds::answers;
}

/// The answers in a folder that witnesses see; a link or a device there is none.
std::vector<std::string> answers_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const bool plain = entry.is_regular_file(error) && !entry.is_symlink(error);
    if (plain && entry.path().extension() == ".answer") names.push_back(entry.path().string());
  }
  if (error) throw EnclaveError(Fault::bad_input, "centre.cannot_read", {folder, error.message()});
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> expanded(const std::string& name) {
  struct stat status {};
  const bool pattern = name.find_first_of("*?[") != std::string::npos;
  if (!pattern || ::stat(name.c_str(), &status) == 0) return {name};
  glob_t found{};
  std::vector<std::string> names;
  if (::glob(name.c_str(), 0, nullptr, &found) == 0) {
    names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  if (names.empty()) throw EnclaveError(Fault::bad_input, "centre.no_match", {name});
  return names;
}

std::vector<std::string> names_behind(Holds holds, const std::string& name) {
  if (holds == Holds::data) return expanded(name);
  if (holds == Holds::answers) return answers_in(name);
  return {name};
}

PassedFile open_one(const std::string& option, const std::string& name) {
  const int fd = name == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                             : ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    throw EnclaveError(Fault::bad_input, "centre.cannot_read", {name, std::strerror(errno)});
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode))) {
    ::close(fd);
    throw EnclaveError(Fault::bad_input, "centre.not_a_file", {name});
  }
  return {option, name, {}, fd};
}

void open_option(const OptionSpec& option, const Arguments& arguments, OpenedFiles& into) {
  if (!holds_file(option)) return;
  for (const auto& name : arguments.many(option.name)) {
    for (const auto& each : names_behind(option.holds, name)) {
      if (into.files.size() == max_files) {
        throw EnclaveError(Fault::usage, "centre.too_many_files", {std::to_string(max_files)});
      }
      into.files.push_back(open_one(std::string(option.name), each));
    }
  }
}

void read_all(PassedFile& file) {
  char piece[1U << 14];
  for (;;) {
    const auto got = ::read(file.fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw EnclaveError(Fault::bad_input, "centre.cannot_read", {file.name, std::strerror(errno)});
    }
    if (got == 0) break;
    file.text.append(piece, static_cast<std::size_t>(got));
    if (file.text.size() > max_document) {
      throw EnclaveError(Fault::bad_input, "centre.document_too_long", {file.name});
    }
  }
  ::close(std::exchange(file.fd, -1));
}

}  // namespace

OpenedFiles::~OpenedFiles() {
  for (const auto& file : files) {
    if (file.fd >= 0) ::close(file.fd);
  }
}

void open_files(const Arguments& arguments, OpenedFiles& into) {
  for (const auto& option : arguments.spec->options) open_option(option, arguments, into);
  for (const auto& operand : arguments.spec->operands) open_option(operand, arguments, into);
}

void read_documents(const Arguments& arguments, OpenedFiles& files) {
  const auto is_document = [&](const std::string& name) {
    for (const auto* list : {&arguments.spec->options, &arguments.spec->operands}) {
      for (const auto& option : *list) {
        if (option.name != name) continue;
        return option.holds == Holds::document || option.holds == Holds::answers;
      }
    }
    return false;
  };
  for (auto& file : files.files) {
    if (is_document(file.option)) read_all(file);
  }
}

void write_new_file(const std::string& name, std::string_view bytes) {
  const Descriptor file(
      ::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) throw EnclaveError(Fault::bad_input, "protect.out", {name});
  for (std::size_t done = 0; done < bytes.size();) {
    const auto wrote = ::write(file.get(), bytes.data() + done, bytes.size() - done);
    if (wrote <= 0) throw EnclaveError(Fault::unavailable, "protect.out_write", {name});
    done += static_cast<std::size_t>(wrote);
  }
}

}  // namespace sceau::enclave
