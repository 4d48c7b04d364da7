#pragma once
// A small writer of SVG 1.1 text. Whatever text comes in, what comes out is well-formed XML:
// markup is escaped, and what XML can't hold (control characters, bytes that are no UTF-8) becomes
// U+FFFD. Numbers are written by std::to_chars, so that bytes depend on no locale. There is no way
// to write a script, a style sheet or a reference: elements and attributes are the caller's own
// literals.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::disclosure {

/// As XML text and as an attribute's value.
[[nodiscard]] std::string xml_text(std::string_view text);

class Svg {
 public:
  struct Attribute {
    std::string_view name;
    std::string value;
    Attribute(std::string_view key, std::string_view text) : name(key), value(text) {}
    Attribute(std::string_view key, double number);  ///< one digit behind the point
  };
  using Attributes = std::initializer_list<Attribute>;

  void open(std::string_view element, Attributes attributes);
  void close();
  /// An element whose content is text (escaped); "": an empty element.
  void element(std::string_view name, Attributes attributes, std::string_view text = {});
  /// A shape that says what it stands for, to a pointer and to a screen reader.
  void shape(std::string_view name, Attributes attributes, std::string_view title);

  /// Closes what is open.
  [[nodiscard]] std::string take();

 private:
  void start(std::string_view name, Attributes attributes);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace sceau::disclosure
