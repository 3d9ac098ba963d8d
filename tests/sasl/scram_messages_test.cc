#include "ringpost/sasl/internal/scram_messages.h"

#include "gtest/gtest.h"

namespace ringpost::sasl::internal {
namespace {

TEST(ScramMessages, ReadsAClientFirst) {
  const auto first = ReadClientFirst("n,a=bob,n=al=2Cice,r=nonce");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->bare, "n=al=2Cice,r=nonce");
  EXPECT_EQ(first->user, "al,ice");
  EXPECT_EQ(first->nonce, "nonce");
  EXPECT_EQ(first->gs2_header.authorization, "bob");
}

TEST(ScramMessages, SkipsExtensionsThatAreOptional) {
  EXPECT_TRUE(ReadClientFirst("n,,n=alice,r=nonce,x=more,y=z"));
  EXPECT_TRUE(ReadServerFirst("r=nonce,s=c2FsdA==,i=4096,x=more"));
  EXPECT_EQ(ReadClientFinal("c=biws,r=nonce,x=more,p=cHJvb2Y=")->without_proof,
            "c=biws,r=nonce,x=more");
}

TEST(ScramMessages, TellsAnExtensionThatIsMandatory) {
  EXPECT_TRUE(ReadClientFirst("n,,m=new,n=alice,r=nonce")->has_mandatory_extension);
  EXPECT_FALSE(ReadServerFirst("r=nonce,s=c2FsdA==,i=4096,m=new"));
}

TEST(ScramMessages, RefusesBrokenClientFirsts) {
  for (const char* message :
       {"", "n,,", "n,,n=alice", "n,,n=alice,", "n,,n=alice,r=", "n,,n=,r=nonce",
        "n,,r=nonce,n=alice", "n,,n=alice,r=no nce", "n,,n=al=ice,r=nonce", "n,,n=alice,r=nonce,",
        "n,,n=alice,r=nonce,x", "n,,n=alice,r=nonce,x=", "n,,n=alice,r=nonce,1=2",
        "n,,n=alice,r=\xc3\xa4", "n=alice,r=nonce"}) {
    EXPECT_FALSE(ReadClientFirst(message)) << message;
  }
}

TEST(ScramMessages, RefusesBrokenServerFirsts) {
  for (const char* message :
       {"", "r=nonce", "r=nonce,s=c2FsdA==", "r=nonce,s=c2FsdA==,i=", "r=nonce,s=c2FsdA==,i=0",
        "r=nonce,s=c2FsdA==,i=-1", "r=nonce,s=c2FsdA==,i=4096x", "r=nonce,s=c2FsdA==,i=4294967296",
        "r=nonce,s=!,i=4096", "s=c2FsdA==,r=nonce,i=4096", "m=x,r=nonce,s=c2FsdA==,i=4096",
        "e=other"}) {
    EXPECT_FALSE(ReadServerFirst(message)) << message;
  }
}

TEST(ScramMessages, RefusesBrokenClientFinals) {
  for (const char* message : {"", "c=biws,r=nonce", "c=biws,p=cHJvb2Y=", "r=nonce,p=cHJvb2Y=",
                              "c=bi,r=nonce,p=cHJvb2Y=", "c=biws,r=nonce,p=", "c=biws,r=nonce,p=!",
                              "c=biws,r=nonce,p=cHJvb2Y=,x=y", "c=biws,r=nonce,m=x,p=cHJvb2Y="}) {
    EXPECT_FALSE(ReadClientFinal(message)) << message;
  }
}

TEST(ScramMessages, WhatIsWrittenIsRead) {
  const std::string text =
      FormatServerFirst({.nonce = "n", .salt = "salt", .iteration_count = 5000});
  const auto first = ReadServerFirst(text);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->salt, "salt");
  EXPECT_EQ(first->iteration_count, 5000u);
}

TEST(ScramMessages, ANonceIsBounded) {
  EXPECT_TRUE(IsScramNonce(std::string(512, 'x')));
  EXPECT_FALSE(IsScramNonce(std::string(513, 'x')));
  EXPECT_FALSE(IsScramNonce("a,b"));
  EXPECT_FALSE(IsScramNonce(""));
}

}  // namespace
}  // namespace ringpost::sasl::internal
