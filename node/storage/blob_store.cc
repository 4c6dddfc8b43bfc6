#include "node/storage/blob_store.h"

#include "crypto/sha256.h"
#include "node/storage/files.h"

namespace sogoc::storage {
namespace {

constexpr char kNote[] = "Erased by the operator of this node; it is not fetched again.\n";

base::Error Erased(const Digest& hash) {
  return base::FailedPrecondition("the file " + base::ToHex(hash) + " was erased here");
}

}  // namespace

Result<std::unique_ptr<BlobStore>> BlobStore::Open(FileSystem& files, std::string folder) {
  TRY_STATUS(files.CreateDirectory(folder));
  TRY_STATUS(files.CreateDirectory(folder + "/erased"));
  TRY_STATUS(files.SyncDirectory(folder));
  TRY_STATUS(files.SyncDirectory(DirectoryOf(folder)));
  return std::unique_ptr<BlobStore>(new BlobStore(files, std::move(folder)));
}

std::string BlobStore::FolderOf(const Digest& hash) const {
  return folder_ + "/" + base::ToHex(ByteView(hash).first(1));
}
std::string BlobStore::PathOf(const Digest& hash) const {
  return FolderOf(hash) + "/" + base::ToHex(hash);
}
std::string BlobStore::NoteOf(const Digest& hash) const {
  return folder_ + "/erased/" + base::ToHex(hash);
}

bool BlobStore::Holds(const Digest& hash) const { return files_.Exists(PathOf(hash)); }
bool BlobStore::IsErased(const Digest& hash) const { return files_.Exists(NoteOf(hash)); }

Result<Bytes> BlobStore::Read(const Digest& hash) {
  const auto read = [&]() -> Result<Bytes> {
    TRY(Bytes bytes, files_.Read(PathOf(hash), kBlobBytesMax));
    if (crypto::Sha256(bytes) != hash) return base::Corrupt(PathOf(hash) + ": the hash is another");
    return bytes;
  };
  Result<Bytes> bytes = read();
  if (bytes || bytes.error().code != base::ErrorCode::kCorrupt) return bytes;
  // Somebody may have kept it anew meanwhile.
  const std::lock_guard lock(changing_);
  bytes = read();
  if (!bytes && bytes.error().code == base::ErrorCode::kCorrupt) TRY_STATUS(Remove(hash));
  return bytes;
}

Result<bool> BlobStore::Keep(const Digest& hash, ByteView bytes) {
  if (bytes.empty() || bytes.size() > kBlobBytesMax) {
    return base::InvalidArgument("a file has 1 to " + std::to_string(kBlobBytesMax) +
                                 " bytes, this one " + std::to_string(bytes.size()));
  }
  if (crypto::Sha256(bytes) != hash) {
    return base::InvalidArgument("these bytes do not have the hash " + base::ToHex(hash));
  }
  const std::lock_guard lock(changing_);
  if (IsErased(hash)) return Erased(hash);
  if (Holds(hash)) return false;
  TRY_STATUS(files_.CreateDirectory(FolderOf(hash)));
  TRY_STATUS(files_.SyncDirectory(folder_));
  TRY_STATUS(WriteFileDurably(files_, PathOf(hash), bytes));
  // The operator's command may have looked for it just before it was there.
  if (!IsErased(hash)) return true;
  TRY_STATUS(Remove(hash));
  return Erased(hash);
}

Status BlobStore::Erase(const Digest& hash) {
  const std::lock_guard lock(changing_);
  // The note first: from here on nobody keeps it.
  TRY_STATUS(WriteFileDurably(files_, NoteOf(hash), base::AsBytes(kNote)));
  return Remove(hash);
}

Status BlobStore::Remove(const Digest& hash) {
  if (!files_.Exists(FolderOf(hash))) return base::Ok();
  TRY_STATUS(files_.RemoveAll(PathOf(hash) + ".tmp"));
  TRY_STATUS(files_.RemoveAll(PathOf(hash)));
  return files_.SyncDirectory(FolderOf(hash));
}

}  // namespace sogoc::storage
