// The centre's side of witnessing: asks witnesses over a folder of files, takes their answers, and
// keeps the newest checkpoint that enough of them have signed.
//
//   FOLDER/NAME.request   made here: C2SP's add-checkpoint body, for the witness NAME of the trust
//                         file (its key's eight hex digits where NAME is no plain file name)
//   FOLDER/NAME.answer    made by the witness (`sceau-audit cosign --request … --answer …`): its
//                         signature line, or a number: the size that it has seen, when the
//                         request began elsewhere
//
// A round asks all witnesses about one checkpoint, so that a quorum can come together under it. It
// ends when the trust file's quorum is met (without a quorum: with the first answer); the next
// call of ask() begins another if there are newer entries.
//
//   log/checkpoint            gets the signatures too, while it is the round's
//   log/checkpoint.cosigned   the newest checkpoint under a quorum (before there is one: the one
//                             with most signatures), for auditors and for receipts
//   log.state/asked           the round's checkpoint with what has come in
//   log.state/witnesses       how far each witness is known to have come
//
// Whoever may write to FOLDER can keep answers away, but forge none: every line is verified. A
// WitnessDesk needs no private key, so it serves a sealed log as well (log.sealed/1 and 1.state);
// for a log that is open, use the functions of the same names of class Log. Not for two threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/disk.h"
#include "audit/trust.h"

namespace sceau::audit {

/// One witness's signature under one checkpoint.
struct Cosigner {
  std::string witness;       ///< NAME+HASH of its key, as `log.cosigned` has it
  std::string name;          ///< its name in the trust file
  std::uint64_t size = 0;    ///< of the checkpoint
  std::uint64_t time_s = 0;  ///< seconds since 1970 when it signed, by its own clock
};

/// A checkpoint with the cosignatures under it that the trust file's witnesses made.
struct CosignedCheckpoint {
  Checkpoint checkpoint;
  std::string note;
  std::vector<Cosigner> by;
  bool quorum = false;       ///< the trust file has a quorum, and it is met
  std::uint64_t time_s = 0;  ///< the earliest of the signatures' times: nothing older is claimed
};

/// An answer that could not be used.
struct UnusedAnswer {
  std::filesystem::path file;
  std::string why;     ///< a sentence without a full stop
  bool alarm = false;  ///< the witness has seen more than this log has: it was rolled back
};

struct Answers {
  std::vector<Cosigner> taken;  ///< new since the last time, merged and durable
  std::vector<UnusedAnswer> unused;
};

struct Round {
  std::uint64_t size = 0;                    ///< what is asked about; 0: nothing to ask
  std::vector<std::filesystem::path> files;  ///< the requests that wait in the folder
  std::vector<std::string> waiting;          ///< witnesses (trust file's names) yet to answer
};

class WitnessDesk {
 public:
  /// Reads what was kept. Throws AuditError (tampered) when it is not this log's.
  WitnessDesk(std::filesystem::path log_dir, std::filesystem::path state_dir, Verifier log_key,
              Trust trust, std::shared_ptr<Disk> disk = nullptr);

  /// Writes the requests of the round, beginning one about `note` (the log's own checkpoint, of
  /// which everything is in place; none: begin nothing) if none is under way and it is newer than
  /// the last. A file that is the same already is left alone; the request of a witness that has
  /// answered goes. `renew`: give up the round under way. Throws AuditError (io), (tampered).
  Round ask(const std::filesystem::path& folder, const std::optional<std::string>& note,
            bool renew = false);

  /// Reads the folder's answers and merges what is right. A used answer is removed if it can be.
  /// Throws AuditError (io) when something can't be made durable; bad answers never throw.
  Answers collect(const std::filesystem::path& folder);

  /// The published checkpoint with the round's signatures merged in, if it is the round's; else
  /// nothing. What the log's writer puts in place.
  [[nodiscard]] std::optional<std::string> merged(const std::string& published) const;

  /// What checkpoint.cosigned holds.
  [[nodiscard]] const std::optional<CosignedCheckpoint>& best() const { return best_; }
  /// The round under way, or ended last.
  [[nodiscard]] const std::optional<CosignedCheckpoint>& asked() const { return asked_; }
  [[nodiscard]] const Trust& trust() const { return trust_; }

 private:
  [[nodiscard]] std::optional<CosignedCheckpoint> read(const std::filesystem::path& file) const;
  [[nodiscard]] CosignedCheckpoint open(const std::string& note) const;
  [[nodiscard]] bool round_is_over() const;
  void begin(const std::string& note, bool renew);
  [[nodiscard]] std::string request_for(std::size_t witness) const;
  void take(const std::filesystem::path& file, const std::string& lines, Answers& answers);
  bool merge(std::optional<CosignedCheckpoint>& into, std::string_view lines, Answers& answers);
  void take_size(std::size_t witness, std::uint64_t size, const std::filesystem::path& file,
                 Answers& answers);
  void keep();
  void read_sizes();

  std::filesystem::path log_dir_, state_dir_;
  Verifier log_key_;
  Trust trust_;
  std::shared_ptr<Disk> disk_;
  std::optional<CosignedCheckpoint> asked_, best_;
  std::map<std::string, std::uint64_t> sizes_;  // by NAME+HASH
};

/// A witness's name in the trust file.
[[nodiscard]] std::string witness_name(const Trust& trust, std::size_t witness);

/// The file name, without ending, under which a witness of the trust file is asked.
[[nodiscard]] std::string witness_file_name(const Trust& trust, std::size_t witness);

}  // namespace sceau::audit
