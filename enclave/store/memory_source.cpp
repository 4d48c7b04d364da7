#include "enclave/store/memory_source.h"

#include <map>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using disclosure::ColumnInfo;
using disclosure::ColumnKind;
using disclosure::Segment;

constexpr std::string_view vintage_name = "vintage";

class MemorySource final : public disclosure::Source {
 public:
  MemorySource(std::string dataset, std::string vintage, std::vector<EncodedColumn> columns)
      : dataset_(std::move(dataset)), vintages_{std::move(vintage)}, columns_(std::move(columns)) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const EncodedColumn& column = columns_[i];
      by_name_[column.name] = i;
      infos_.push_back({column.name, kind_of(column.encoding), column.scale});
      dictionaries_.push_back(texts_of(column.dictionary));
      columns_[i].dictionary = {};
    }
    infos_.push_back({std::string(vintage_name), ColumnKind::codes, 0});
  }

  [[nodiscard]] std::string dataset() const override { return dataset_; }
  [[nodiscard]] std::vector<std::string> vintages() const override { return vintages_; }
  [[nodiscard]] std::size_t segments() const override {
    return columns_.empty() ? 0 : columns_.front().segments.size();
  }
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override {
    return columns_.front().segments.at(segment).info.rows;
  }
  [[nodiscard]] std::string vintage(std::size_t) const override { return vintages_.front(); }
  [[nodiscard]] std::vector<ColumnInfo> columns() const override { return infos_; }

  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override {
    return column == vintage_name ? vintages_ : dictionaries_[index_of(column)];
  }

  [[nodiscard]] bool may_contain(std::size_t segment, std::string_view name, std::int64_t low,
                                 std::int64_t high) const override {
    if (name == vintage_name) return true;
    const EncodedColumn& column = columns_[index_of(name)];
    const SegmentInfo& info = column.segments.at(segment).info;
    if (!info.has_values()) return false;
    return column.encoding != Encoding::scaled || (info.low <= high && info.high >= low);
  }

  void read(std::size_t segment, std::string_view name, Segment& out) const override {
    if (name == vintage_name) {
      out = Segment();
      out.codes.assign(rows(segment), 0);
      return;
    }
    const std::size_t index = index_of(name);
    const PackedSegment& packed = columns_[index].segments.at(segment);
    if (!unpack(columns_[index].encoding, packed.info, packed.present, packed.data,
                dictionaries_[index].size(), out)) {
      throw EnclaveError(Fault::internal, "store.internal", {"a packed segment does not unpack"});
    }
  }

 private:
  [[nodiscard]] std::size_t index_of(std::string_view name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      throw EnclaveError(Fault::not_found, "store.no_column", {std::string(name), dataset_});
    }
    return found->second;
  }

  std::string dataset_;
  std::vector<std::string> vintages_;
  std::vector<EncodedColumn> columns_;
  std::vector<ColumnInfo> infos_;
  std::vector<std::vector<std::string>> dictionaries_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

}  // namespace

std::unique_ptr<disclosure::Source> make_memory_source(std::string dataset, std::string vintage,
                                                       std::vector<EncodedColumn> columns) {
  return std::make_unique<MemorySource>(std::move(dataset), std::move(vintage), std::move(columns));
}

}  // namespace sceau::enclave
