#include "client/edge/files.h"

#include <fstream>
#include <gtest/gtest.h>

#include "client/edge/guidance_files.h"

namespace samband::client {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path{testing::TempDir()} /
              ("files-" + std::string{testing::UnitTest::GetInstance()->current_test_info()->name()});
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& content) {
    std::ofstream{folder_ / name} << content;
    return folder_ / name;
  }

  fs::path folder_;
};

TEST_F(Files, ASourceNoticesThatItsFileChanged) {
  const fs::path path = write("a", "first");
  const auto source = open_source(path);
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->read(0, 5), copy_of(view_of("first")));
  write("a", "longer than first");
  EXPECT_EQ((*source)->read(0, 5).error(), StreamError::changed);
}

TEST_F(Files, ASourceIsAFileThatIsThere) {
  EXPECT_EQ(open_source(folder_ / "none").error(), FileError::missing);
  EXPECT_EQ(open_source(folder_).error(), FileError::not_a_file);
}

TEST_F(Files, ASinkAppearsWholeOrNotAtAll) {
  const fs::path path = write("kept", "old");
  {
    const auto dropped = create_sink(path);
    ASSERT_TRUE(dropped && (*dropped)->write(view_of("half")));
  }
  std::string content;
  std::ifstream{path} >> content;
  EXPECT_EQ(content, "old");
  EXPECT_EQ(std::distance(fs::directory_iterator{folder_}, {}), 1);
  const auto sink = create_sink(path);
  ASSERT_TRUE(sink && (*sink)->write(view_of("new")) && (*sink)->finish());
  std::ifstream{path} >> content;
  EXPECT_EQ(content, "new");
}

TEST_F(Files, NamesOfOtherPeopleStayInTheFolder) {
  const auto folder = open_folder(folder_ / "saved");
  ASSERT_TRUE(folder);
  EXPECT_TRUE((*folder)->create("referat æøå.pdf"));
  for (const char* name : {"", ".", "..", "../up", "a/b", ".hidden", "line\nbreak"}) {
    EXPECT_FALSE((*folder)->create(name)) << name;
  }
  EXPECT_FALSE((*folder)->create(std::string(300, 'a')));
}

TEST_F(Files, AFolderIsOneGuidanceInItsLanguages) {
  write("rutine.nb.md", "# Ny rutine\n\nGjelder fra mandag.\n");
  write("rutine.nn.md", "# Ny rutine\n\nGjeld frå måndag.\n");
  write("vedlegg.pdf", "%PDF");
  write(".skjult", "x");
  const auto guidance = read_guidance(folder_, "Føringer");
  ASSERT_TRUE(guidance);
  EXPECT_EQ(guidance->title, "Ny rutine");
  ASSERT_EQ(guidance->texts.size(), 2U);
  EXPECT_EQ(guidance->texts[0].language, "nb");
  EXPECT_EQ(guidance->texts[1].language, "nn");
  ASSERT_EQ(guidance->files.size(), 1U);
  EXPECT_EQ(guidance->files[0].name, "vedlegg.pdf");
}

TEST_F(Files, AnEmptyFolderAndALongTextAreRefused) {
  EXPECT_EQ(read_guidance(folder_, "F").error(), GuidanceFolderError::empty);
  write("lang.md", std::string(guidance_text_bytes_max + 1, 'a'));
  EXPECT_EQ(read_guidance(folder_, "F").error(), GuidanceFolderError::unreadable);
}

TEST_F(Files, ASingleFileIsAGuidanceNamedAfterIt) {
  const auto guidance = read_guidance(write("Rundskriv 4.pdf", "%PDF"), "F");
  ASSERT_TRUE(guidance);
  EXPECT_EQ(guidance->title, "Rundskriv 4");
}

}  // namespace
}  // namespace samband::client
