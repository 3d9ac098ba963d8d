#include "load/report/compare_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "../audit/temporary_folder.h"
#include "load/results_json.h"
#include "sample_results.h"

namespace ringpost::load {
namespace {

using ::testing::HasSubstr;

struct Output {
  int exit_code = 0;
  std::string out = {};
  std::string error = {};
};

Output RunCompare(const std::vector<std::string>& arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Output output = {.exit_code = CompareMain(arguments)};
  output.out = ::testing::internal::GetCapturedStdout();
  output.error = ::testing::internal::GetCapturedStderr();
  return output;
}

TEST(CompareCommand, ReadsWhatRunsWrote) {
  const TemporaryFolder folder;
  folder.Write("a.json", ToJson(SampleResults(1)));
  folder.Write("b.json", ToJson(SampleResults(1, 2)));
  const Output output =
      RunCompare({folder.Path("a.json"), folder.Path("b.json"), "--html", folder.Path("page")});
  EXPECT_EQ(output.exit_code, 0) << output.error;
  EXPECT_THAT(output.out, HasSubstr("0.50×"));
  std::ifstream file(folder.Path("page"));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(file), {}), HasSubstr("</html>"));
}

TEST(CompareCommand, SaysWhatItCannotRead) {
  const TemporaryFolder folder;
  folder.Write("a.json", ToJson(SampleResults(1)));
  folder.Write("bad.json", "{\"messages\": ");
  EXPECT_EQ(RunCompare({folder.Path("a.json"), folder.Path("missing")}).exit_code, 1);
  const Output output = RunCompare({folder.Path("a.json"), folder.Path("bad.json")});
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.error, HasSubstr("bad.json: "));
}

TEST(CompareCommand, HasHelp) {
  EXPECT_EQ(RunCompare({"--help"}).exit_code, 0);
  EXPECT_EQ(RunCompare({"one"}).exit_code, 2);
}

}  // namespace
}  // namespace ringpost::load
