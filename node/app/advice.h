#pragma once

#include <string>

#include "node/base/result.h"

namespace sogoc::app {

// The same error, whose message goes on with what the operator can do about it.
inline base::Error WithAdvice(base::Error error, const std::string& advice) {
  error.message += "; " + advice;
  return error;
}

}  // namespace sogoc::app
