#include "tools/sogoc/progress.h"

#include <utility>

namespace sogoc::tools {
namespace {

constexpr base::TimeNs kPause = base::kNsPerSecond / 2;  // before the first drawing
constexpr base::TimeNs kStep = base::kNsPerSecond / 10;  // between two
constexpr std::size_t kWidth = 30;

}  // namespace

Progress::Progress(const Surroundings& surroundings, std::string what, std::uint64_t total)
    : surroundings_(surroundings),
      what_(std::move(what)),
      total_(total),
      start_(surroundings.clock.Now()) {}

Progress::~Progress() {
  if (drawn_ != 0) surroundings_.err << "\r\x1b[K" << std::flush;
}

void Progress::Set(std::uint64_t done) {
  const base::TimeNs now = surroundings_.clock.Now();
  if (!surroundings_.err_is_terminal || total_ == 0) return;
  if (now < start_ + kPause || now < drawn_ + kStep) return;
  drawn_ = now;
  const auto filled = static_cast<std::size_t>(done * kWidth / total_);
  const std::uint64_t rate = done * base::kNsPerSecond / (now - start_);
  surroundings_.err << "\r\x1b[K[" << std::string(filled, '#') << std::string(kWidth - filled, '.')
                    << "] " << done << "/" << total_ << " " << what_ << ", " << rate << "/s"
                    << std::flush;
}

}  // namespace sogoc::tools
