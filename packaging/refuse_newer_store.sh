# A server does not open the store of a newer one. Said here, before anything is unpacked, the newer one runs on.
refuse_newer_store() {
  described="/var/lib/samband/$1/samband-store"
  [ -r "$described" ] || return 0
  format=$(sed -n 's/^format \([0-9][0-9]*\)$/\1/p' "$described")
  if [ "$(head -n 1 "$described")" = "samband-store 1" ] && [ "${format:-0}" -le "$2" ]; then
    return 0
  fi
  echo "samband-server: /var/lib/samband/$1 was written by a newer server (format ${format:-unknown}; this version reads up to $2)." >&2
  echo "samband-server: nothing was changed, the newer version stays. To go back to this one, purge it, move /var/lib/samband away," >&2
  echo "samband-server: install this one and restore a backup that it made." >&2
  exit 1
}
refuse_newer_store store @STORE_FORMAT@
refuse_newer_store chunks @CHUNKS_FORMAT@
