# Sourced by run and scale: the database of AS numbers, where the server of the benchmarks can read it.

# The server may be unable to read this tree: what it must read is copied to the private folder.
asn_file() {
  local from
  for from in ip-data/asn.mmdb "${SESSION_HUNT_DATA:-../shared/data}/ip/asn.mmdb"; do
    if [ -s "$from" ]; then cmp -s "$from" "$data/asn.mmdb" || cp "$from" "$data/asn.mmdb"; return; fi
  done
  rm -f "$data/asn.mmdb"
}
