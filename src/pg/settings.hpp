// Every setting of the extension, `session_hunt.*`. A released name is never removed.
#pragma once

namespace pg::settings {

// The language of place names taken from an IP database when it is loaded (ISO 639-1, with a region where the database
// has one: "pt-BR"). Default "en". A place without a name in that language keeps its first one.
const char *ip_database_language();

}  // namespace pg::settings
