#pragma once

// Result<T>: a value or an Error that says what the caller can do next. Discarding one is a
// compiler warning, hence an error in this project.

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sogoc::base {

// Chosen by what the caller does next.
enum class ErrorCode {
  kInvalidArgument,     // the input is wrong: fix it
  kNotFound,            // there is no such thing
  kUnavailable,         // not now: retry
  kFailedPrecondition,  // something else has to be done first; the message names it
  kPermissionDenied,    // a file's mode, a passphrase, a certificate
  kCorrupt,             // stored bytes are not what was stored: stop
};

// A short English name, for logs and JSON: "invalid_argument".
const char* ErrorCodeName(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInvalidArgument;
  std::string message;
};

struct Unit {
  bool operator==(const Unit&) const = default;
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  // Default-constructed, it is an error: a forgotten assignment never looks like success.
  Result() : Base(tl::unexpect, Error{ErrorCode::kFailedPrecondition, "empty result"}) {}
  using Base::Base;
  // NOLINTNEXTLINE(google-explicit-constructor): `return Error{…}` is the point.
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}
};

using Status = Result<Unit>;
inline Status Ok() { return Unit{}; }

inline Error InvalidArgument(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}
inline Error NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }
inline Error Unavailable(std::string message) {
  return {ErrorCode::kUnavailable, std::move(message)};
}
inline Error FailedPrecondition(std::string message) {
  return {ErrorCode::kFailedPrecondition, std::move(message)};
}
inline Error PermissionDenied(std::string message) {
  return {ErrorCode::kPermissionDenied, std::move(message)};
}
inline Error Corrupt(std::string message) { return {ErrorCode::kCorrupt, std::move(message)}; }

}  // namespace sogoc::base

#define SOGOC_CONCAT_INNER(a, b) a##b
#define SOGOC_CONCAT(a, b) SOGOC_CONCAT_INNER(a, b)

// TRY(Entry entry, DecodeEntry(bytes)); returns the error from the enclosing function, or goes on.
// Two statements: not for an unbraced `if`.
#define TRY(declaration, expression) \
  SOGOC_TRY_IMPL(SOGOC_CONCAT(try_result_, __LINE__), declaration, expression, return )
#define CO_TRY(declaration, expression) \
  SOGOC_TRY_IMPL(SOGOC_CONCAT(try_result_, __LINE__), declaration, expression, co_return )
#define SOGOC_TRY_IMPL(result, declaration, expression, leave) \
  auto result = (expression);                                  \
  if (!result) leave std::move(result).error();                \
  declaration = std::move(*result)

// TRY_STATUS(Check(x)); the same where there is no value to keep.
#define TRY_STATUS(expression)                               \
  do {                                                       \
    auto try_status_ = (expression);                         \
    if (!try_status_) return std::move(try_status_).error(); \
  } while (false)
