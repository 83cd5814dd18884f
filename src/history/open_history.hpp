// A history that rows are added to: the running state of an aggregate, one run of bytes that is changed in place. It
// never leaves the server.
//
//   Header      flags and kind as in the stored form, with kOpen
//   entries     of fixed size, in the order in which they came: chunks (chunks.hpp)
//   keys        of text and inet values, to which entries point
//   index       when there are more than 8 entries: a hash table of their numbers plus one; linear probing
//
// Adding a row whose value was seen in the same span before costs a look at up to 8 entries, or a hash and a look into
// the index. Memory: 56 bytes for each value and span, its key, 8 to 16 bytes of index, at most twice that in all, at
// most 1 GB. A history that has max_values is cut down each time it has collected twice as many chunks as it had left
// and max_values.
#pragma once

#include "history/history.hpp"

namespace hunt::history {

bool is_open(Bytes history) noexcept;

// The same history, open. A stored history of nothing is what aggregates begin with.
OpenBytes open(Bytes stored, Allocate allocate, core::Poll poll);

// The stored form of an open history.
OpenBytes close(Bytes open, Allocate allocate, core::Poll poll);

// Adds an event to an open history; returns it, in new bytes if it had to grow. Throws core::Error if the kind is
// another, or the history would exceed 1 GB.
OpenBytes add(OpenBytes open, ValueKind kind, Key key, Time time, const Terms &terms, Allocate allocate,
              core::Poll poll);

// Adds all of another history, in either form.
OpenBytes merge_into(OpenBytes open, Bytes from, Allocate allocate, core::Poll poll);

}  // namespace hunt::history
