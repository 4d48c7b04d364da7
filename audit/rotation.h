// How one log ends and the next begins. Every log keeps one key and one origin; a new key, or a
// new origin, means a new log.
//
//   log.sealed   last entry of the old log: origin and key of the log that goes on
//   key.rotated  first entry of the new log: the old log's last checkpoint, its key, the new origin
//
// The steps of `sceau log rotate`, each of which may be the last before a crash, and may be done
// again:
//
//   0. the new key is stored               (its name is the new origin; not this module's business)
//   1. log->seal(next.verifier(), actor)   durable and published; from here the log takes no entry
//   2. log.reset()                         the writer lets go of the folder
//   3. begin_next_log(place, old_key, next, clock, actor)
//                                          makes the new log beside the old, then moves both:
//                                            log        -> log.sealed/1
//                                            log.state  -> log.sealed/1.state
//                                            log.next.state -> log.state,  log.next -> log
//   4. add_log_key(trust file, next's key); open the new Log with `next`
//
// At every start: finish_rotation(place) first (needs no key), then open the Log; if it is
// sealed(), go on with step 2. In the new log `seq` counts from 0 again, so whatever refers to an
// entry by number names the log's origin as well; its size is 1 when it is opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "audit/key.h"
#include "audit/log.h"

namespace sceau::audit {

/// The folders that a rotation moves, all on one file system. LogPlace("/var/lib/sceau/log") has
/// log.state, log.next, log.next.state and log.sealed beside it.
struct LogPlace {
  explicit LogPlace(std::filesystem::path log_dir);

  /// The folders of the logs that were sealed, the oldest first.
  [[nodiscard]] std::vector<std::filesystem::path> sealed_logs() const;

  std::filesystem::path log, state, next, next_state;
  std::filesystem::path sealed;  ///< holds 1, 1.state, 2, 2.state, …: the oldest log is 1
};

/// Step 3. `old_key` is the sealed log's; `next` must be the key that the seal names. The first
/// entry's actor is `actor`. Ends with finish_rotation().
/// Throws AuditError: (refused) when the log isn't sealed, or names another key; (tampered) when
/// files contradict each other; (exists) when a writer has the log open; (io).
void begin_next_log(const LogPlace& place, const Verifier& old_key, Signer next, const Clock& clock,
                    std::string_view actor, LogOptions options = {});

/// Moves the folders of a rotation whose new log is complete. True when there was something to do;
/// false, and nothing touched, when no rotation is under way or the new log isn't complete.
/// Throws AuditError as above.
bool finish_rotation(const LogPlace& place);

}  // namespace sceau::audit
