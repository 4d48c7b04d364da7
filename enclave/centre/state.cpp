#include "enclave/centre/state.h"

#include <unistd.h>

#include <algorithm>

#include "audit/entry.h"
#include "enclave/centre/recovery.h"
#include "enclave/fault.h"

namespace sceau::enclave {

namespace {

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

}  // namespace

Centre::State::State(Home home_in, Keyring keyring_in, Clock clock_in)
    : home(std::move(home_in)),
      config(read_config(home)),
      keyring(std::move(keyring_in)),
      clock(std::move(clock_in)),
      registry(home.registry(), keyring),
      journal(home, config, keyring, clock, registry),
      place(host_name()) {}

std::string Centre::State::now() const { return audit::format_time(clock()); }

std::string Centre::State::latest() const { return std::max(now(), journal.last_time()); }

std::string Centre::State::today() const { return latest().substr(0, 10); }

void check_date(const std::string& option, const std::string& text) {
  const auto digits = [&](std::size_t from, std::size_t count) {
    return text.size() == 10 &&
           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from),
                       text.begin() + static_cast<std::ptrdiff_t>(from + count),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  bool good = digits(0, 4) && digits(5, 2) && digits(8, 2) && text[4] == '-' && text[7] == '-';
  if (good) {
    const std::chrono::year_month_day day{
        std::chrono::year(std::stoi(text.substr(0, 4))),
        std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
        std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2))))};
    good = day.ok() && day.year() >= std::chrono::year(2000);
  }
  if (!good) throw EnclaveError(Fault::usage, "centre.bad_date", {option, text});
}

void check_name(const std::string& what, const std::string& text) {
  const bool good =
      !text.empty() && text.size() <= 63 && text[0] != '-' && text[0] != '_' &&
      std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  if (!good) throw EnclaveError(Fault::usage, "centre.bad_name", {what, text});
}

void check_user(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 63 && text[0] != '-' &&
                    std::all_of(text.begin(), text.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '@';
                    });
  if (!good) throw EnclaveError(Fault::usage, "centre.bad_user", {text});
}

Centre::Centre(Home home, Keyring keyring, Clock clock)
    : state_(std::make_unique<State>(std::move(home), std::move(keyring), std::move(clock))) {
  const Held held(state_->mutex);
  recover(*state_);
}

Centre::~Centre() = default;

const Home& Centre::home() const { return state_->home; }

bool Centre::trial() const { return state_->config.trial; }

}  // namespace sceau::enclave
