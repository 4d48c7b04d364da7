#pragma once
// The files that a command names, opened by the client with the client's rights: a broker gets
// descriptors and never a path.

#include <vector>

#include "enclave/centre/commands.h"
#include "enclave/centre/grammar.h"

namespace sceau::enclave {

/// Open files; closed when it goes.
class OpenedFiles {
 public:
  OpenedFiles() = default;
  OpenedFiles(const OpenedFiles&) = delete;
  OpenedFiles& operator=(const OpenedFiles&) = delete;
  ~OpenedFiles();

  std::vector<PassedFile> files;
};

/// Opens what stands behind the options and operands that hold files; expands * and ? in data
/// files. Throws bad_input (centre.cannot_read, centre.no_match, centre.not_a_file).
void open_files(const Arguments& arguments, OpenedFiles& into);

/// Reads the documents among them (at most 1 MiB each) into `text`: for commands that run here.
void read_documents(const Arguments& arguments, OpenedFiles& files);

/// Makes a file that was not there, of mode 0600. Throws bad_input (protect.out), unavailable
/// (protect.out_write).
void write_new_file(const std::string& name, std::string_view bytes);

}  // namespace sceau::enclave
