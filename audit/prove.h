// Reading a log's static files to make proofs from them: receipts, `sceau-audit prove`, and the
// writer's own start. It believes what it reads; what is made from it is checked by its user.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/bytes.h"
#include "audit/hash.h"
#include "audit/merkle.h"
#include "audit/tree.h"

namespace sceau::audit {

/// A log's files as of `size` entries. A missing or short file throws AuditError (tampered).
class LogFiles {
 public:
  LogFiles(std::filesystem::path log_dir, std::uint64_t size);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The bytes of an entry; seq < size.
  [[nodiscard]] std::string entry(std::uint64_t seq);
  /// Calls `use` with the entries from `from` on, in order.
  void each_entry(std::uint64_t from,
                  const std::function<void(std::uint64_t seq, std::string_view bytes)>& use) const;
  /// The root of a perfect subtree that lies within the size.
  [[nodiscard]] Digest node(unsigned height, std::uint64_t index);
  [[nodiscard]] NodeReader reader();
  /// What a writer needs to go on.
  [[nodiscard]] TreeEdge edge();

 private:
  [[nodiscard]] std::string file(unsigned level, std::uint64_t index, unsigned& width) const;
  [[nodiscard]] const std::vector<Digest>& hashes(unsigned level, std::uint64_t index);
  [[nodiscard]] std::string bundle(std::uint64_t index) const;

  std::filesystem::path dir_;
  std::uint64_t size_;
  Hasher hasher_;
  std::pair<unsigned, std::uint64_t> cached_{UINT32_MAX, 0};  // the tile that hashes_ is
  std::vector<Digest> hashes_;
};

}  // namespace sceau::audit
