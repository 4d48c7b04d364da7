#pragma once
// A small trial centre in a temporary folder, with a clock that the test turns and an examiner that
// says what the test wants to hear.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/verify.h"
#include "disclosure/tabulation.h"
#include "enclave/centre/centre.h"
#include "enclave/centre/commands.h"
#include "enclave/fault.h"

namespace sceau::enclave::test {

/// Removed with all that is in it.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Ran {
  int code = 0;
  std::string out, err;
  std::string fault;  ///< message id of an EnclaveError; empty where there was none
};

class World {
 public:
  World();

  /// Closes the centre as a broker that ends without a word, and opens it again (recovery runs).
  void reopen();
  void close() { centre_.reset(); }
  void open();

  [[nodiscard]] static std::span<const std::uint8_t> passphrase_bytes();
  [[nodiscard]] Centre& centre() { return *centre_; }
  [[nodiscard]] Home home() const { return {folder_.path() / "home"}; }
  [[nodiscard]] std::string owner() const { return owner_; }

  /// Runs words as a person; files are (option, name, text), documents or data alike.
  struct File {
    std::string option, name, text;
  };
  Ran run(const std::string& user, std::vector<std::string> words, std::vector<File> files = {},
          bool json = false);
  /// As run(), and it must succeed.
  std::string ok(const std::string& user, std::vector<std::string> words,
                 std::vector<File> files = {}, bool json = false);

  /// lycees@VINTAGE with the columns sexe, academie, note: enough for any tabulation here.
  void seal(const std::string& vintage = "2024");
  /// Reviewers rene and rose; project orientation of alix; permit for lycees under depp.
  void cast();

  /// A table that the examiner judges as `verdict`.
  [[nodiscard]] OutputDraft table(const std::string& name,
                                  disclosure::Verdict verdict = disclosure::Verdict::pass);
  [[nodiscard]] OutputDraft opaque(const std::string& name, const std::string& bytes);
  [[nodiscard]] Examiner examiner();

  [[nodiscard]] SessionGrant session(const std::string& user = "alix",
                                     const std::string& project = "orientation");
  /// Fault id of opening a session; "" where it opened.
  [[nodiscard]] std::string refusal(const std::string& user, const std::string& project);

  [[nodiscard]] audit::Verification verify() const;
  [[nodiscard]] std::vector<std::string> events() const;  ///< of the published log, in order
  /// Bytes of every file under the home but registry, keys and outbox.
  [[nodiscard]] std::string bytes_outside() const;

  std::chrono::system_clock::time_point now;
  std::function<void()> at_clock;                         ///< called whenever the clock is read
  std::function<void(const ExamineJob&)> at_examine;      ///< called at the start of a job
  std::vector<ExamineJob> jobs;                           ///< what the examiner was asked
  disclosure::Verdict later = disclosure::Verdict::pass;  ///< added to every verdict from now on
  std::string file_suffix;                                ///< added to every file from now on
  std::vector<Credential> credentials;                    ///< go with the next command

 private:
  [[nodiscard]] Clock clock();

  Folder folder_;
  std::string owner_;
  std::unique_ptr<Centre> centre_;
};

/// The message id of an EnclaveError that `act` throws; "" where it throws none.
[[nodiscard]] std::string fault_of(const std::function<void()>& act);

[[nodiscard]] std::string read_bytes(const std::filesystem::path& file);

}  // namespace sceau::enclave::test
