#pragma once
// PostgreSQL's protocol, version 3.0, as a server reads it: bytes in, messages out. No sockets, no
// clock, no state of a session: what a message means is session.h's business.
//
//   FrontendReader reader;
//   reader.feed(bytes);
//   while (auto message = reader.next()) …      // nullopt: more bytes are needed
//
// Every length is judged before it is waited for. Refused (ProtocolError, after which the reader
// gives nothing more): a start packet longer than 10,000 bytes, a query longer than max_query, a
// type byte that isn't a message, a field without its closing zero, counts that pass the bytes
// that are there, bytes left over. Source: PostgreSQL 15 manual, chapter "Frontend/Backend
// Protocol".

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sceau::enclave::pg {

inline constexpr std::size_t max_startup = 10'000;   ///< PostgreSQL's own limit
inline constexpr std::size_t max_query = 1U << 20;   ///< Query, Parse
inline constexpr std::size_t max_bind = 68U << 20;   ///< Bind: a file as a parameter
inline constexpr std::size_t max_other = 64U << 10;  ///< everything else
inline constexpr std::size_t max_parameters = 65'535;

/// A client that breaks the protocol: SQLSTATE 08P01, and the connection ends.
class ProtocolError final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// -- before the session ------------------------------------------------------------------------
struct Startup {
  std::uint16_t minor = 0;                        ///< of protocol 3
  std::map<std::string, std::string> parameters;  ///< user, database, application_name, …
};
struct CancelRequest {
  std::uint32_t pid = 0;
  std::uint32_t key = 0;
};
struct EncryptionRequest {};  ///< SSLRequest or GSSENCRequest: the answer is the byte 'N'

// -- the session -------------------------------------------------------------------------------
struct Query {
  std::string text;
};
struct Parse {
  std::string statement;
  std::string text;
  std::vector<std::uint32_t> parameter_oids;
};
struct Bind {
  std::string portal;
  std::string statement;
  std::vector<std::int16_t> parameter_formats;  ///< none: text; one: all; else one a parameter
  std::vector<std::optional<std::string>> parameters;
  std::vector<std::int16_t> result_formats;
};
struct Describe {
  bool portal = false;
  std::string name;
};
struct Execute {
  std::string portal;
  std::int32_t most_rows = 0;  ///< 0: all
};
struct Close {
  bool portal = false;
  std::string name;
};
struct Flush {};
struct Sync {};
struct Terminate {};
struct CopyMessage {};  ///< CopyData, CopyDone, CopyFail: there is no COPY FROM, so it is ignored

using Message = std::variant<Startup, CancelRequest, EncryptionRequest, Query, Parse, Bind,
                             Describe, Execute, Close, Flush, Sync, Terminate, CopyMessage>;

class FrontendReader {
 public:
  void feed(std::string_view bytes);
  /// The next whole message. After a Startup the stream is a session's. Throws ProtocolError.
  [[nodiscard]] std::optional<Message> next();
  /// Bytes that are kept; never more than one message and what one feed brought.
  [[nodiscard]] std::size_t buffered() const { return buffer_.size() - begin_; }

 private:
  std::optional<std::string_view> packet(std::size_t head);
  std::optional<Message> next_before_startup();
  std::optional<Message> next_of_session();

  std::string buffer_;
  std::size_t begin_ = 0;
  bool started_ = false;
  bool broken_ = false;
};

/// The settings of a start packet's `options`: "-c name=value", "-cname=value", "--name=value", a
/// backslash before a blank that is part of a value. Throws ProtocolError on anything else.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> startup_settings(
    std::string_view options);

/// A format code that stands for column or parameter `index`: 0 text, 1 binary.
[[nodiscard]] std::int16_t format_of(const std::vector<std::int16_t>& formats, std::size_t index);

}  // namespace sceau::enclave::pg
