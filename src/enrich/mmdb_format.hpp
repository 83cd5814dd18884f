// The types of values in a MaxMind DB file, shared by who reads and who writes one. Specification 2.0, "Output Data
// Section": https://maxmind.github.io/MaxMind-DB/
#pragma once

namespace hunt::enrich::mmdb {

enum Type : int {
  kPointer = 1,
  kString = 2,
  kDouble = 3,
  kBytes = 4,
  kUint16 = 5,
  kUint32 = 6,
  kMap = 7,
  kInt32 = 8,
  kUint64 = 9,
  kUint128 = 10,
  kArray = 11,
  kBoolean = 14,
  kFloat = 15,
};

}  // namespace hunt::enrich::mmdb
