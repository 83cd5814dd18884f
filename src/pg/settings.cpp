#include "pg/settings.hpp"

#include "pg/compat.hpp"

namespace {

char *language;

}  // namespace

const char *pg::settings::ip_database_language() { return language; }

extern "C" {
#pragma GCC visibility push(default)
SESSION_HUNT_MODULE_MAGIC("session_hunt", "0.1.0");

void _PG_init(void);

void _PG_init(void) {
  DefineCustomStringVariable("session_hunt.ip_database_language",
                             "Language of place names taken from an IP database when it is loaded.",
                             "An ISO 639-1 code such as \"en\", \"de\" or \"pt-BR\". Read by load_ip_database only.",
                             &language, "en", PGC_USERSET, 0, nullptr, nullptr, nullptr);
  MarkGUCPrefixReserved("session_hunt");
}
#pragma GCC visibility pop
}
