#include "tools/qr/jpeg_decoder.h"

#include <csetjmp>
#include <cstdio>
// After <cstdio>, which they need.
#include <jerror.h>
#include <jpeglib.h>

namespace sogoc::tools {

struct JpegDecoder::State {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  std::jmp_buf leave{};
  char message[JMSG_LENGTH_MAX] = "";
};

namespace {

template <class State>
[[noreturn]] void Leave(j_common_ptr info) {
  auto* state = static_cast<State*>(info->client_data);
  info->err->format_message(info, state->message);
  std::longjmp(state->leave, 1);
}

// Warnings are for libjpeg's own guesses. That the file ends too early is one, too; for us it is
// damage.
template <class State>
void Warn(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) Leave<State>(info);
}

}  // namespace

JpegDecoder::JpegDecoder(base::ByteView file) : file_(file), state_(std::make_unique<State>()) {
  state_->info.err = jpeg_std_error(&state_->errors);
  state_->errors.error_exit = Leave<State>;
  state_->errors.emit_message = Warn<State>;
  state_->info.client_data = state_.get();
}

JpegDecoder::~JpegDecoder() { jpeg_destroy_decompress(&state_->info); }

bool JpegDecoder::ReadHeader() {
  const bool good = RunHeader();
  message_ = state_->message;
  return good;
}

std::size_t JpegDecoder::width() const { return state_->info.output_width; }
std::size_t JpegDecoder::height() const { return state_->info.output_height; }

bool JpegDecoder::ReadPixels(std::uint8_t* pixels) {
  const bool good = RunPixels(pixels);
  message_ = state_->message;
  return good;
}

bool JpegDecoder::RunHeader() {
  jpeg_decompress_struct* info = &state_->info;
  if (setjmp(state_->leave) != 0) return false;
  jpeg_create_decompress(info);
  jpeg_mem_src(info, file_.data(), file_.size());
  jpeg_read_header(info, TRUE);
  info->out_color_space = JCS_GRAYSCALE;
  jpeg_calc_output_dimensions(info);
  return true;
}

bool JpegDecoder::RunPixels(std::uint8_t* pixels) {
  jpeg_decompress_struct* info = &state_->info;
  if (setjmp(state_->leave) != 0) return false;
  jpeg_start_decompress(info);
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = pixels + static_cast<std::size_t>(info->output_scanline) * info->output_width;
    jpeg_read_scanlines(info, &row, 1);
  }
  jpeg_finish_decompress(info);
  return true;
}

}  // namespace sogoc::tools
