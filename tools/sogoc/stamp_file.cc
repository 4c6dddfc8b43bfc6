#include "tools/sogoc/stamp_file.h"

#include <filesystem>
#include <fstream>
#include <string_view>

#include "node/ledger/stamp.h"
#include "node/storage/files.h"
#include "tools/qr/qr_code.h"
#include "tools/sogoc/parallel.h"

namespace sogoc::tools {
namespace {

using base::Result;
using base::Status;

constexpr std::string_view kHeader = "serial,uri\n";
constexpr std::size_t kSliceStamps = 256;  // signed by one thread at a time
constexpr std::size_t kRoundSlices = 32;   // written at once
constexpr int kModulePixels = 10;
constexpr double kModuleMillimetres = 0.4;

// The first error of several threads' work.
Status FirstError(std::vector<Status>& results) {
  for (Status& result : results) {
    if (!result) return std::move(result);
  }
  return base::Ok();
}

Status SignSlice(const StampRun& run, const crypto::P256PrivateKey& key, std::uint64_t first,
                 std::uint64_t count, std::string& lines) {
  ledger::Stamp stamp{run.host, run.gtin, run.lot, first, {}};
  for (; count > 0; --count, ++stamp.serial) {
    stamp.signature =
        key.Sign(crypto::SignatureKind::kStamp,
                 ledger::StampMessage(run.ledger_id, run.gtin, run.lot, stamp.serial));
    TRY(const std::string uri, ledger::FormatStampUri(stamp));
    lines += std::to_string(stamp.serial) + "," + uri + "\n";  // a URI has no comma and no quote
  }
  return base::Ok();
}

// The lines of up to kRoundSlices slices from stamp `from` of the run on.
Result<std::string> SignRound(const StampRun& run, const crypto::P256PrivateKey& key,
                              std::uint64_t from) {
  const std::uint64_t count =
      std::min<std::uint64_t>(run.count - from, kRoundSlices * kSliceStamps);
  const auto slices = static_cast<std::size_t>((count + kSliceStamps - 1) / kSliceStamps);
  std::vector<std::string> lines(slices);
  std::vector<Status> results(slices);
  ForEachInParallel(slices, [&](std::size_t i) {
    const std::uint64_t begin = from + i * kSliceStamps;
    const std::uint64_t size = std::min<std::uint64_t>(kSliceStamps, from + count - begin);
    results[i] = SignSlice(run, key, run.first + begin, size, lines[i]);
  });
  TRY_STATUS(FirstError(results));
  std::string all;
  for (const std::string& slice : lines) all += slice;
  return all;
}

struct StampLine {
  std::string serial;
  std::string uri;
};

// The next line of a file of stamps; nullopt at its end.
Result<std::optional<StampLine>> ReadLine(std::ifstream& file, const std::string& path) {
  std::string line;
  if (!std::getline(file, line)) return std::optional<StampLine>();
  const std::size_t comma = line.find(',');
  if (comma == std::string::npos || comma == 0) {
    return base::InvalidArgument(path + " is no file of stamps");
  }
  return std::optional(StampLine{line.substr(0, comma), line.substr(comma + 1)});
}

Result<std::ifstream> OpenStamps(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string header;
  if (!file) return base::NotFound("cannot open " + path);
  if (!std::getline(file, header) || header + "\n" != kHeader) {
    return base::InvalidArgument(path + " is no file of stamps");
  }
  return file;
}

Status WritePicture(const std::string& path, base::ByteView bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file ? base::Ok() : base::Status(base::Unavailable("cannot write " + path));
}

Status DrawStamp(const StampLine& stamp, const std::string& folder, const PictureOptions& options) {
  TRY(const QrSymbol symbol, MakeQrSymbol(stamp.uri));
  if (options.png) {
    TRY(const base::Bytes png, RenderPng(symbol, kModulePixels));
    TRY_STATUS(WritePicture(folder + "/png/" + stamp.serial + ".png", png));
  }
  if (options.svg) {
    const std::string svg = RenderSvg(symbol, kModuleMillimetres);
    TRY_STATUS(WritePicture(folder + "/svg/" + stamp.serial + ".svg", base::AsBytes(svg)));
  }
  return base::Ok();
}

Status MakeFolders(const std::string& folder, const PictureOptions& options) {
  std::error_code error;
  if (options.png) std::filesystem::create_directories(folder + "/png", error);
  if (!error && options.svg) std::filesystem::create_directories(folder + "/svg", error);
  if (error) return base::Unavailable("cannot make folders in " + folder + ": " + error.message());
  return base::Ok();
}

}  // namespace

Status WriteStamps(const StampRun& run, const crypto::P256PrivateKey& key, const std::string& path,
                   const Done& done) {
  storage::FileSystem& files = storage::SystemFiles();
  TRY(const auto file, files.Open(path, storage::FileSystem::Mode::kReplace));
  TRY_STATUS(file->WriteAt(0, base::AsBytes(kHeader)));
  std::uint64_t offset = kHeader.size();
  for (std::uint64_t from = 0; from < run.count; from += kRoundSlices * kSliceStamps) {
    TRY(const std::string lines, SignRound(run, key, from));
    TRY_STATUS(file->WriteAt(offset, base::AsBytes(lines)));
    offset += lines.size();
    done(std::min(run.count, from + kRoundSlices * kSliceStamps));
  }
  TRY_STATUS(file->Sync());
  return files.SyncDirectory(storage::DirectoryOf(path));
}

Status CheckStamps(const StampRun& run, const crypto::P256PublicKey& stamp_key,
                   const std::string& path) {
  TRY(std::ifstream file, OpenStamps(path));
  TRY(const std::optional<StampLine> line, ReadLine(file, path));
  const auto parsed = ledger::ParseStampUri(line ? line->uri : "");
  const bool fits = parsed && parsed->stamp.gtin == run.gtin && parsed->stamp.lot == run.lot &&
                    parsed->stamp.serial == run.first &&
                    ledger::VerifyStamp(parsed->stamp, run.ledger_id, stamp_key);
  return fits ? base::Ok()
              : base::Status(base::InvalidArgument(path + " does not hold the stamps of this run"));
}

Status DrawStamps(const std::string& path, const std::string& folder, const PictureOptions& options,
                  const Done& done) {
  TRY_STATUS(MakeFolders(folder, options));
  TRY(std::ifstream file, OpenStamps(path));
  std::uint64_t drawn = 0;
  const auto wanted = [&] { return options.limit == 0 || drawn < options.limit; };
  for (bool more = true; more && wanted();) {
    std::vector<StampLine> round;
    while (round.size() < kSliceStamps && wanted()) {
      TRY(std::optional<StampLine> line, ReadLine(file, path));
      more = line.has_value();
      if (!more) break;
      round.push_back(std::move(*line));
      ++drawn;
    }
    std::vector<Status> results(round.size());
    ForEachInParallel(round.size(),
                      [&](std::size_t i) { results[i] = DrawStamp(round[i], folder, options); });
    TRY_STATUS(FirstError(results));
    done(drawn);
  }
  return base::Ok();
}

}  // namespace sogoc::tools
