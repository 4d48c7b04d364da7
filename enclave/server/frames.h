#pragma once
// Messages between broker, worker and examiner: length (u32, big-endian, of what follows the kind),
// kind (one byte), payload. Each kind has a cap; a length above it, an unknown kind or a kind that
// the receiver doesn't expect cuts the peer off. Memory grows with the bytes that come, never with
// the length that the other side merely claims.
//
//   Channel to_broker(fd);
//   to_broker.send(FrameKind::statement_started, payload);
//   Frame answer = to_broker.receive();          // EnclaveError server.peer_gone at end of file
//
// One thread a channel; a channel owns its descriptor.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "enclave/server/wire.h"

namespace sceau::enclave {

enum class FrameKind : std::uint8_t {
  // worker -> broker; each is answered by exactly one frame
  hello = 1,           ///< the startup packet's user, database, application
  cancel,              ///< a CancelRequest's pid and key
  statement_started,   ///< the text
  statement_finished,  ///< seq, outcome, rows
  explain,             ///< drafts
  submit,              ///< drafts
  withdraw,            ///< a request's id
  comment,             ///< a request's id, the words
  requests_view,
  findings_view,
  comments_view,
  see,      ///< one draft: may its rows be seen
  closing,  ///< the reason
  // broker -> worker
  grant,
  started,  ///< the entry's seq
  done,
  judged,
  submission,
  seen,
  rows,
  failed,  ///< fault, id, arguments: the answer to any question, an examiner's too
  // broker -> examiner, examiner -> broker
  job,
  examined
};

inline constexpr std::size_t max_opaque_bytes = 64U << 20;  ///< a request's files in all

/// Most payload bytes that a frame of this kind may have.
[[nodiscard]] std::size_t payload_cap(FrameKind kind);
[[nodiscard]] bool is_frame_kind(std::uint8_t byte);

struct Frame {
  FrameKind kind = FrameKind::failed;
  WireBytes payload;
};

/// The five bytes before a payload, read and judged: nullopt where they can't be right.
struct FrameHead {
  FrameKind kind;
  std::size_t size;
};
[[nodiscard]] std::optional<FrameHead> parse_frame_head(std::span<const std::uint8_t, 5> bytes);

class Channel {
 public:
  explicit Channel(int fd) : fd_(fd) {}
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;
  ~Channel();

  /// Throws server.frame_too_large where the payload passes its cap, server.peer_gone.
  void send(FrameKind kind, const WireBytes& payload);
  /// Blocks; with a time-out throws server.timeout. server.peer_gone, server.bad_frame.
  [[nodiscard]] Frame receive(std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  /// As receive, but end of file before a first byte is nullopt.
  [[nodiscard]] std::optional<Frame> receive_or_end();

  [[nodiscard]] int fd() const { return fd_; }
  void shut();  ///< ends both directions, from any thread; the descriptor stays

 private:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;
  std::size_t read_some(std::uint8_t* into, std::size_t most, const Deadline& deadline);
  std::optional<Frame> read_frame(const Deadline& deadline);
  int fd_ = -1;
};

/// A connected pair, both ends close-on-exec.
[[nodiscard]] std::pair<Channel, Channel> channel_pair();

}  // namespace sceau::enclave
