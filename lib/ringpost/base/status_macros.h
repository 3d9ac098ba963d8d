// The two macros of the project: early return of an absl::Status from a coroutine.
//
//   CO_RETURN_IF_ERROR(co_await file.Sync());
//   CO_ASSIGN_OR_RETURN(File file, co_await files.Create(path));
#pragma once

#define CO_RETURN_IF_ERROR(expression)                      \
  do {                                                      \
    if (auto co_status_ = (expression); !co_status_.ok()) { \
      co_return co_status_;                                 \
    }                                                       \
  } while (false)

#define RINGPOST_CONCAT_(a, b) a##b
#define RINGPOST_CONCAT(a, b) RINGPOST_CONCAT_(a, b)
#define CO_ASSIGN_OR_RETURN(declaration, expression) \
  CO_ASSIGN_OR_RETURN_(RINGPOST_CONCAT(co_result_, __LINE__), declaration, expression)
#define CO_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                 \
  if (!result.ok()) co_return result.status();                \
  declaration = *std::move(result)
