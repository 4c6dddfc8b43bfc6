#include "tests/support/storage/child_process.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace sogoc::support {

struct SharedPage::Page {
  std::atomic<std::uint64_t> count;
  char message[1024];
};

SharedPage::SharedPage() {
  void* memory =
      ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  page_ = new (memory) Page();
}

SharedPage::~SharedPage() { ::munmap(page_, sizeof(Page)); }

void SharedPage::set_count(std::uint64_t count) { page_->count = count; }
std::uint64_t SharedPage::count() const { return page_->count; }

void SharedPage::set_message(const std::string& message) {
  page_->message[message.copy(page_->message, sizeof page_->message - 1)] = '\0';
}
std::string SharedPage::message() const { return page_->message; }

int RunInChild(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child < 0) std::abort();
  if (child == 0) ::_exit(body());
  int status = 0;
  if (::waitpid(child, &status, 0) != child) std::abort();
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace sogoc::support
