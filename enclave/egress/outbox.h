#pragma once
// outbox/REQUEST/: a folder that is whole or not there. Files are written and synced in a hidden
// folder beside it, which gets its name at the end.

#include <filesystem>
#include <string>

namespace sceau::enclave {

class OutboxFolder {
 public:
  /// Begins (anew) outbox/.REQUEST.part, mode 0700.
  OutboxFolder(const std::filesystem::path& outbox, const std::string& request);

  /// A file of mode 0600, synced. `name` is a plain base name. Throws centre.cannot_write.
  void add(const std::string& name, const std::string& bytes);

  /// Syncs the folder and makes it visible; one that is there already stays as it is.
  void publish();

 private:
  std::filesystem::path outbox_;
  std::filesystem::path hidden_;
  std::filesystem::path visible_;
};

/// A file more in a folder that is out already: whole or not there, in place of one of that name.
void put_in_folder(const std::filesystem::path& folder, const std::string& name,
                   const std::string& bytes);

/// Removes hidden folders that a crash left.
void sweep_outbox(const std::filesystem::path& outbox);

}  // namespace sceau::enclave
