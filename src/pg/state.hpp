// States of aggregates: flat varlenas that are changed in place while they have room and replaced when they have not,
// and their text and binary forms.
#pragma once

#include "pg/compat.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

extern "C" {
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
}

namespace pg {

// The bytes of a varlena behind its length word.
inline std::span<std::uint8_t> state_bytes(Datum state) {
  auto *value = reinterpret_cast<varlena *>(DatumGetPointer(state));
  return {reinterpret_cast<std::uint8_t *>(VARDATA_ANY(value)), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

// Argument n, detoasted; a short length word may stand before its bytes. May ereport. PostgreSQL is only called where
// there is something to detoast: transition functions ask twice a row.
inline Datum state_arg(FunctionCallInfo fcinfo, int n) {
  varlena *value = PG_GETARG_RAW_VARLENA_P(n);
  if (VARATT_IS_EXTERNAL(value) || VARATT_IS_COMPRESSED(value))
    value = pg_detoast_datum_packed(value);
  return PointerGetDatum(value);
}

// True below an aggregate or a window: then argument 0 is its running state, nobody else's, and may be changed in place
// where its bytes say that it was made for that. A value from a table or a variable never may.
inline bool is_aggregate(FunctionCallInfo fcinfo) { return AggCheckCallContext(fcinfo, nullptr) != 0; }

// A state of so many bytes, their content undefined, in the current context: the executor copies it to where the
// aggregate keeps its state and frees the one before, so nothing is left behind. May ereport.
inline Datum new_state(std::size_t bytes) {
  if (bytes > MaxAllocSize - VARHDRSZ)
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the state of an aggregate would exceed 1 GB")));
  auto *value = static_cast<varlena *>(palloc(VARHDRSZ + bytes));
  SET_VARSIZE(value, VARHDRSZ + bytes);
  return PointerGetDatum(value);
}

// The state that has these bytes: `state` where they are its own, which may lie behind a short length word, else one
// that new_state() has made.
inline Datum state_of_bytes(std::span<const std::uint8_t> bytes, Datum state) {
  return bytes.data() == state_bytes(state).data() ? state : PointerGetDatum(bytes.data() - VARHDRSZ);
}

// The text form of a state: base64. May ereport, as when the text would exceed 1 GB.
inline char *state_text(std::span<const std::uint8_t> bytes) {
  const std::size_t room = (bytes.size() + 2) / 3 * 4;  // pg_b64_enc_len() counts in int
  if (room >= MaxAllocSize)
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the text form of a state would exceed 1 GB"),
                    errhint("Use the binary form, which takes three quarters of that.")));
  auto *const text = static_cast<char *>(palloc(room + 1));
  text[base64_encode(bytes.data(), static_cast<int>(bytes.size()), text, static_cast<int>(room))] = '\0';
  return text;
}

// The state that a text form stands for, its bytes unchecked. `what` names its type in the error that a text which is
// not base64 raises.
inline Datum state_of_text(const char *text, const char *what) {
  const auto length = static_cast<int>(std::strlen(text));
  const int room = pg_b64_dec_len(length);
  auto *const state = static_cast<varlena *>(palloc(VARHDRSZ + static_cast<std::size_t>(room)));
  const int size = base64_decode(text, length, reinterpret_cast<uint8 *>(VARDATA(state)), room);
  if (size < 0)
    ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), errmsg("not %s: the text is not base64", what),
                    errhint("It is read back as it was written. Copy the text as a whole.")));
  SET_VARSIZE(state, VARHDRSZ + static_cast<std::size_t>(size));
  return PointerGetDatum(state);
}

// The state that the rest of a message in binary form is, its bytes unchecked. May ereport.
inline Datum state_of_message(FunctionCallInfo fcinfo) {
  auto *const message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
  const auto size = static_cast<std::size_t>(message->len - message->cursor);
  const Datum state = new_state(size);
  pq_copymsgbytes(message, reinterpret_cast<char *>(state_bytes(state).data()), static_cast<int>(size));
  return state;
}

}  // namespace pg
