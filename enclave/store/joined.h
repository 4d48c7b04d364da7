#pragma once
// A data set with others joined n:1 to it by references that its codebook declares: pupils with
// their schools. The rows are the data set's own, each once; the joined columns stand beside its
// own under the names that a tabulation gives them.
//
//   etablissements.uai stands once in each vintage:   lycees with "uai>etablissements.secteur"
//   the same uai in two rows of one vintage:          not n:1: left out, store.join_not_unique

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/source.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// A data set that may be joined.
struct Joinable {
  const disclosure::Source* source = nullptr;
  const policies::Codebook* codebook = nullptr;
};

/// By what references name: a data set, or filtered rows of one (disclosure/restricted.h).
using Joinables = std::map<std::string, Joinable, std::less<>>;

/// Left join: a row whose variable is NULL, or names no row of the joined vintage, has NULL in
/// every joined column. The joined data set's column "vintage" is one of them.
class JoinedSource final : public disclosure::Source {
 public:
  /// Reads the keys of what is joined. A reference that can't be joined is left out with its
  /// columns: joins() tells, demand() says why. All that is given must outlive this.
  JoinedSource(Joinable base, const Joinables& others,
               const std::vector<disclosure::Reference>& references);
  ~JoinedSource() override;

  [[nodiscard]] std::string dataset() const override;
  [[nodiscard]] std::vector<std::string> vintages() const override;
  [[nodiscard]] std::size_t segments() const override;
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override;
  [[nodiscard]] std::string vintage(std::size_t segment) const override;
  [[nodiscard]] std::vector<disclosure::ColumnInfo> columns() const override;
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override;
  [[nodiscard]] bool may_contain(std::size_t segment, std::string_view column, std::int64_t low,
                                 std::int64_t high) const override;
  [[nodiscard]] bool may_hold_code(std::size_t segment, std::string_view column,
                                   const std::function<bool(std::uint32_t)>& wanted) const override;
  [[nodiscard]] std::uint64_t dictionary_size(std::string_view column) const override;
  void read(std::size_t segment, std::string_view column, disclosure::Segment& out) const override;
  void load(std::size_t segment, std::string_view column,
            std::unique_ptr<disclosure::LoadedColumn>& into) const override;
  [[nodiscard]] std::optional<disclosure::Bounds> bounds(std::string_view column) const override;
  /// Where all rows find the same vintage, what is joined is determined by the key.
  [[nodiscard]] bool determines(std::string_view column, std::string_view other) const override;
  [[nodiscard]] bool joins(const disclosure::Reference& reference,
                           std::string_view vintage) const override;

  /// Throws EnclaveError where a reference of the tabulation isn't joined to all its vintages:
  /// store.join_undeclared (not_permitted), store.join_not_unique (bad_input), store.join_missing
  /// (not_found).
  void demand(const disclosure::Tabulation& tabulation) const;

  /// The base's, with the joined variables under their joined names.
  [[nodiscard]] const policies::Codebook& codebook() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
