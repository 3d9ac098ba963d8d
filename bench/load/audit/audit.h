// An audit from end to end: the journal of a run against the mail that a server kept.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "load/audit/auditor.h"
#include "load/audit/findings.h"
#include "load/audit/message_source.h"

namespace ringpost::load {

struct AuditOptions {
  std::string journal_folder = {};
  std::vector<std::unique_ptr<MessageSource>> sources = {};
  Copies copies = Copies::kRecipient;
  size_t listed_count = 20;        // findings that Audit gives back, of each kind
  std::string findings_path = {};  // where all of them are written, one a line; empty: nowhere
};

struct Audit {
  AuditResults results = {};
  std::vector<Finding> listed = {};  // by kind
};

// Blocks. An error when not all of the journal and the mail could be read: then nothing is proven.
absl::StatusOr<Audit> RunAudit(const AuditOptions& options);

}  // namespace ringpost::load
