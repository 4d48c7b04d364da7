#pragma once
// The forms of single types: each function throws where the bytes have another form, or parts that
// nobody would see. Used by file_type.cpp alone.

#include <string_view>

namespace sceau::enclave {

void check_png(std::string_view bytes);
void check_jpeg(std::string_view bytes);
void check_pdf(std::string_view bytes);
void check_svg(std::string_view utf8);
void check_json(std::string_view utf8, bool notebook);
void check_rdata(std::string_view bytes);

/// files.malformed {what}, files.hidden_part {what, part}, files.active_content {what, part}.
[[noreturn]] void refuse_malformed(std::string_view what);
[[noreturn]] void refuse_hidden(std::string_view what, std::string_view part);
[[noreturn]] void refuse_active(std::string_view what, std::string_view part);

}  // namespace sceau::enclave
