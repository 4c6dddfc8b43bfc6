#pragma once

// Where the chain and the links to other peers find this node's cosigner. A store that is being
// repaired has none yet: nothing may be signed before it has reached what was promised.

#include <memory>
#include <mutex>
#include <string>

#include "node/base/result.h"
#include "node/ledger/block.h"
#include "node/peer/cosigner.h"

namespace sogoc::app {

// Thread-safe.
class CosignerSeat {
 public:
  // `start` makes the cosigner at the store's head. No block passes by meanwhile.
  template <class Start>
  base::Status Fill(Start start) {
    const std::lock_guard lock(mutex_);
    TRY(cosigner_, start());
    return base::Ok();
  }
  void Empty() {
    const std::lock_guard lock(mutex_);
    cosigner_.reset();
  }
  // Stays while the seat is filled; for whoever runs only then. Null before.
  peer::Cosigner* get() const {
    const std::lock_guard lock(mutex_);
    return cosigner_.get();
  }

  void Extend(const ledger::ChainHead& head) {
    const std::lock_guard lock(mutex_);
    if (cosigner_) cosigner_->Extend(head);
  }
  // Before there is a cosigner, lines are let go: the peer sends its newest again every 10 s.
  peer::LineFate Receive(const std::string& from, const peer::Cosigned& said) {
    const std::lock_guard lock(mutex_);
    return cosigner_ ? cosigner_->Receive(from, said) : peer::LineFate::kEarly;
  }

 private:
  mutable std::mutex mutex_;
  std::unique_ptr<peer::Cosigner> cosigner_;
};

}  // namespace sogoc::app
