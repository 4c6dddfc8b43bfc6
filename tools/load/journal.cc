#include "tools/load/journal.h"

#include <cstring>
#include <fstream>
#include <mutex>

namespace sogoc::load {
namespace {

class NoJournal final : public Journal {
 public:
  base::Status Record(const v1::SubmitResponse&, const std::string&) override { return base::Ok(); }
};

class FileJournal final : public Journal {
 public:
  explicit FileJournal(std::string path) : path_(std::move(path)), file_(path_, std::ios::app) {}
  bool is_open() const { return file_.is_open(); }

  base::Status Record(const v1::SubmitResponse& response, const std::string& node) override {
    std::string lines;
    for (const v1::EntryResult& result : response.results()) {
      if (!result.has_committed()) continue;
      const v1::CommittedEntry& entry = result.committed();
      lines += result.id() + " " + std::to_string(entry.index()) + " " +
               std::to_string(entry.height()) + " " + entry.header_hash() + " " + node + " " +
               (entry.final() ? "final" : "committed") + "\n";
    }
    const std::lock_guard lock(mutex_);
    file_ << lines << std::flush;
    if (!file_) return base::FailedPrecondition("cannot write " + path_);
    return base::Ok();
  }

 private:
  const std::string path_;
  std::mutex mutex_;
  std::ofstream file_;
};

}  // namespace

std::unique_ptr<Journal> MakeNoJournal() { return std::make_unique<NoJournal>(); }

base::Result<std::unique_ptr<Journal>> OpenJournal(const std::string& path) {
  auto journal = std::make_unique<FileJournal>(path);
  if (!journal->is_open()) return base::InvalidArgument("cannot open " + path);
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace sogoc::load
