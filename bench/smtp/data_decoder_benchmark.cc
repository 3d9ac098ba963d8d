#include "ringpost/smtp/data_decoder.h"

#include <benchmark/benchmark.h>

#include <string>

namespace ringpost::smtp {
namespace {

// A body of lines of `line_octets`, every `dot_every`th of them with a stuffed dot; 0: none.
std::string Body(size_t octets, size_t line_octets, size_t dot_every) {
  std::string body;
  for (size_t line = 1; body.size() < octets; ++line) {
    const bool has_dot = dot_every != 0 && line % dot_every == 0;
    body += has_dot ? ".." : "";
    body.append(line_octets - 2 - (has_dot ? 2 : 0), 'a');
    body += "\r\n";
  }
  return body;
}

void Decode(benchmark::State& state, const std::string& body, size_t chunk_octets) {
  for (auto _ : state) {
    DataDecoder decoder(TextRules{.line_octets = 64 * 1024}, DotRule::kTransparent);
    for (size_t at = 0; at < body.size(); at += chunk_octets) {
      std::string_view chunk = std::string_view(body).substr(at, chunk_octets);
      while (decoder.Next(chunk).kind != DataDecoder::Kind::kNeedInput) {
      }
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}

// Arguments: octets of a line; lines from dot to dot; octets of a chunk.
void DecodeABody(benchmark::State& state) {
  Decode(state,
         Body(256 * 1024, static_cast<size_t>(state.range(0)), static_cast<size_t>(state.range(1))),
         static_cast<size_t>(state.range(2)));
}
BENCHMARK(DecodeABody)
    ->ArgNames({"line", "dot_every", "chunk"})
    ->Args({70, 0, 65536})
    ->Args({70, 0, 4096})
    ->Args({70, 0, 1448})
    ->Args({70, 0, 128})
    ->Args({998, 0, 65536})
    ->Args({60000, 0, 65536})
    ->Args({70, 100, 65536})
    ->Args({70, 10, 65536})
    ->Args({70, 2, 65536});

}  // namespace
}  // namespace ringpost::smtp
