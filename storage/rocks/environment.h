// What stands between a store on RocksDB and the operating system, when it is not the file system itself.
#pragma once

namespace rocksdb {
class Env;
}

namespace samband::storage {

class Environment {
 public:
  Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  virtual ~Environment() = default;

  virtual rocksdb::Env& env() = 0;
};

}  // namespace samband::storage
