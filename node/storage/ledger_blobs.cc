#include "node/storage/ledger_blobs.h"

#include <algorithm>

namespace sogoc::storage {

BlobStanding LedgerBlobs::StandingOf(const Digest& hash) const {
  if (!ledger_.FindNamedFile(hash)) return BlobStanding::kUnnamed;
  if (store_.IsErased(hash)) return BlobStanding::kErased;
  return store_.Holds(hash) ? BlobStanding::kHeld : BlobStanding::kMissing;
}

Result<bool> LedgerBlobs::Keep(const Digest& hash, ByteView bytes) {
  if (!ledger_.FindNamedFile(hash)) return base::NotFound("the ledger names no such file");
  if (!store_.Holds(hash)) TRY_STATUS(admit_());
  Result<bool> kept = store_.Keep(hash, bytes);
  if (kept || kept.error().code == base::ErrorCode::kInvalidArgument ||
      kept.error().code == base::ErrorCode::kFailedPrecondition) {
    return kept;
  }
  return base::Unavailable(std::move(kept).error().message);
}

std::vector<Digest> LedgerBlobs::NextMissing(std::optional<Digest>& after,
                                             std::size_t count) const {
  std::vector<Digest> files = ledger_.NamedFilesAfter(after, count);
  after = files.size() < count ? std::nullopt : std::optional(files.back());
  std::erase_if(files,
                [this](const Digest& hash) { return store_.Holds(hash) || store_.IsErased(hash); });
  return files;
}

}  // namespace sogoc::storage
