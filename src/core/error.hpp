// The one way in which the core reports what a user did wrong or what a stored value lacks.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace hunt::core {

// SQLSTATE codes (ISO/IEC 9075; PostgreSQL's documentation, appendix A) that the core raises.
inline constexpr const char *kInvalidParameter = "22023";
inline constexpr const char *kInvalidText = "22P02";
inline constexpr const char *kInvalidBinary = "22P03";
inline constexpr const char *kDatetimeOverflow = "22008";
inline constexpr const char *kLimitExceeded = "54000";
inline constexpr const char *kUnsupported = "0A000";
inline constexpr const char *kCorruptData = "XX001";

// An error that a user sees: what is wrong (lower case, no full stop), optionally a detail, and what to do about it
// (both whole sentences). The boundary turns it into one ereport with the given SQLSTATE.
class Error : public std::runtime_error {
public:
  Error(const char *sqlstate, const std::string &message, std::string hint = {}, std::string detail = {})
      : std::runtime_error(message), sqlstate_(sqlstate), hint_(std::move(hint)), detail_(std::move(detail)) {}
  const char *sqlstate() const noexcept { return sqlstate_; }
  const std::string &hint() const noexcept { return hint_; }
  const std::string &detail() const noexcept { return detail_; }

private:
  const char *sqlstate_;
  std::string hint_;
  std::string detail_;
};

}  // namespace hunt::core
