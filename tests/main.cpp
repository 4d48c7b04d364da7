// The one main of every unit-test program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <malloc.h>

int main(int count, char** words) {
  // As in an examiner: what a linear programme gives back the next one asks for again, and each
  // time the system would clear the pages.
  ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  return doctest::Context(count, words).run();
}
