#include "node/peer/blob_server.h"

#include <algorithm>

namespace sogoc::peer {

bool BlobServer::Handle(const BlobQuery& query) {
  if (queries_ == kQueriesMax) return false;
  ++queries_;
  work_([self = shared_from_this(), hashes = query.hashes]() mutable -> std::function<void()> {
    std::erase_if(hashes, [&](const base::Digest& hash) {
      return self->blobs_.StandingOf(hash) != storage::BlobStanding::kHeld;
    });
    return [self, have = BlobHave{std::move(hashes)}] {
      --self->queries_;
      self->send_(have);
    };
  });
  return true;
}

bool BlobServer::Handle(const BlobRequest& request) {
  if (is_reading_) return false;
  if (bytes_ != nullptr && hash_ == request.hash) {
    SendPart(request);
    return true;
  }
  is_reading_ = true;
  work_([self = shared_from_this(), request]() -> std::function<void()> {
    std::shared_ptr<const base::Bytes> read;
    if (self->blobs_.StandingOf(request.hash) == storage::BlobStanding::kHeld) {
      if (auto bytes = self->blobs_.Read(request.hash)) {
        read = std::make_shared<const base::Bytes>(std::move(*bytes));
      }
    }
    return [self, request, read = std::move(read)] {
      self->is_reading_ = false;
      self->hash_ = request.hash;
      self->bytes_ = read;
      self->SendPart(request);
    };
  });
  return true;
}

void BlobServer::SendPart(const BlobRequest& request) {
  BlobPart part{request.hash, request.offset, 0, {}};
  if (bytes_ != nullptr && request.offset < bytes_->size()) {
    const base::ByteView rest = base::ByteView(*bytes_).subspan(request.offset);
    part.size = static_cast<std::uint32_t>(bytes_->size());
    part.bytes = base::ToBytes(rest.first(std::min(rest.size(), kBlobPartBytes)));
    if (part.bytes.size() == rest.size()) bytes_.reset();
  }
  send_(part);
}

}  // namespace sogoc::peer
