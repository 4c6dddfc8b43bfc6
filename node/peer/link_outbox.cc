#include "node/peer/link_outbox.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "node/peer/link_context.h"

namespace sogoc::peer {

namespace asio = boost::asio;

void LinkOutbox::Start() {
  asio::co_spawn(
      io_, [self = shared_from_this()] { return self->WriteAll(); }, ReportLinkException);
}

void LinkOutbox::Stop() {
  stopped_ = true;
  wake_.cancel();
}

void LinkOutbox::Send(std::string frame) {
  if (stopped_) return;
  if (waiting_.size() == kWaitingMax) {
    connection_->Close();
    return;
  }
  waiting_.push_back(std::move(frame));
  wake_.cancel();
}

asio::awaitable<void> LinkOutbox::WriteAll() {
  while (!stopped_ && connection_->is_open()) {
    if (waiting_.empty()) {
      wake_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    std::string frame = std::move(waiting_.front());
    waiting_.pop_front();
    const base::Status written = co_await connection_->Write(std::move(frame));
    if (!written) connection_->Close();
  }
}

}  // namespace sogoc::peer
