#pragma once
// A table of numbers that begins as zeros and costs memory only where it is touched: an index over
// all combinations that there could be, of which few occur.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace sceau::disclosure {

class ZeroedTable {
 public:
  ZeroedTable() = default;
  explicit ZeroedTable(std::size_t size)
      : cells_(static_cast<std::uint32_t*>(std::calloc(size, sizeof(std::uint32_t)))) {
    if (cells_ == nullptr && size > 0) throw std::bad_alloc();
  }

  [[nodiscard]] const std::uint32_t* data() const { return cells_.get(); }
  [[nodiscard]] std::uint32_t& operator[](std::size_t at) { return cells_.get()[at]; }

 private:
  struct Free {
    void operator()(std::uint32_t* cells) const { std::free(cells); }
  };
  std::unique_ptr<std::uint32_t[], Free> cells_;
};

}  // namespace sceau::disclosure
