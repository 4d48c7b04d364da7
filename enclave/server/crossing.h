#pragma once
// The values of exchange.h as payloads of frames. unpack() refuses (EnclaveError server.bad_frame)
// anything that pack() would not write: a worker reads hostile text, so nothing that it sends is
// believed. A tabulation crosses as its own canonical JSON, whose nesting is bounded here before
// anybody parses it.

#include <cstdint>
#include <string>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/centre/exchange.h"
#include "enclave/fault.h"
#include "enclave/server/frames.h"

namespace sceau::enclave {

inline constexpr std::size_t max_json_depth = 512;
inline constexpr std::size_t max_tabulation_bytes = 1U << 20;

/// What a client claims in its startup packet.
struct Hello {
  std::string user;
  std::string database;
  std::string application;
  std::string language;  ///< "en", "fr", or empty: the centre's
};

/// PostgreSQL's handle for cancelling.
struct CancelKey {
  std::uint32_t pid = 0;
  std::uint32_t key = 0;
  friend bool operator==(const CancelKey&, const CancelKey&) = default;
};

struct WorkerGrant {
  SessionGrant session;
  CancelKey cancel;
};

struct StatementEnd {
  std::uint64_t started = 0;
  std::string outcome;  ///< "done" or a SQLSTATE
  std::uint64_t rows = 0;
};

/// CALL sceau.comment.
struct Remark {
  std::string request;
  std::string words;
};

/// An EnclaveError on its way.
struct Failure {
  Fault fault = Fault::internal;
  std::string id;
  std::vector<std::string> args;
};

void put(WireWriter& out, const Hello& value);
void put(WireWriter& out, const CancelKey& value);
void put(WireWriter& out, const WorkerGrant& value);
void put(WireWriter& out, const StatementEnd& value);
void put(WireWriter& out, const Remark& value);
void put(WireWriter& out, const Failure& value);
void put(WireWriter& out, const SessionGrant& value);
void put(WireWriter& out, const OutputDraft& value);
void put(WireWriter& out, const ExamineJob& value);
void put(WireWriter& out, const ShownCell& value);
void put(WireWriter& out, const Proposed& value);
void put(WireWriter& out, const Examined& value);
void put(WireWriter& out, const JudgedOutput& value);
void put(WireWriter& out, const Submission& value);
void put(WireWriter& out, const Seen& value);
void put(WireWriter& out, std::uint64_t value);
void put(WireWriter& out, const std::string& value);

void get(WireReader& in, Hello& value);
void get(WireReader& in, CancelKey& value);
void get(WireReader& in, WorkerGrant& value);
void get(WireReader& in, StatementEnd& value);
void get(WireReader& in, Remark& value);
void get(WireReader& in, Failure& value);
void get(WireReader& in, SessionGrant& value);
void get(WireReader& in, OutputDraft& value);
void get(WireReader& in, ExamineJob& value);
void get(WireReader& in, ShownCell& value);
void get(WireReader& in, Proposed& value);
void get(WireReader& in, Examined& value);
void get(WireReader& in, JudgedOutput& value);
void get(WireReader& in, Submission& value);
void get(WireReader& in, Seen& value);
void get(WireReader& in, std::uint64_t& value);
void get(WireReader& in, std::string& value);

/// Lists and optional values of all these. No memory is set aside for a claimed length: a list
/// grows as its elements are read.
template <class T>
void put(WireWriter& out, const std::vector<T>& list) {
  out.count(list.size());
  for (const auto& element : list) put(out, element);
}
template <class T>
void get(WireReader& in, std::vector<T>& list) {
  list.clear();
  for (auto left = in.count(1); left > 0; --left) get(in, list.emplace_back());
}
template <class T>
void put(WireWriter& out, const std::optional<T>& value) {
  out.boolean(value.has_value());
  if (value) put(out, *value);
}
template <class T>
void get(WireReader& in, std::optional<T>& value) {
  value.reset();
  if (in.boolean()) get(in, value.emplace());
}

template <class T>
[[nodiscard]] WireBytes pack(const T& value) {
  WireWriter out;
  put(out, value);
  return out.take();
}
template <class T>
[[nodiscard]] T unpack(const WireBytes& payload) {
  WireReader in(payload);
  T value{};
  get(in, value);
  in.finish();
  return value;
}

/// Throws the error that a `failed` frame carries.
[[noreturn]] void rethrow(const Failure& failure);

/// Whether brackets outside strings nest at most `most` deep.
[[nodiscard]] bool json_is_shallow(std::string_view json, std::size_t most);

}  // namespace sceau::enclave
