// One age header that the vectors share, with the key that it wraps. age draws its randomness itself, so it was made
// once; object.ts has age open files that start with it.
const json = {
  identity: "AGE-SECRET-KEY-179K9KY92UCY7PZRG98MC48MUV2KYSWF2A2R80QS8DWRT2YMUSUKS0X77Y3",
  recipient: "age1m87z2v0k2034hxxfv85kezvrejcscnt6dfnfu76rrewuvyuy4crqaqw3n2",
  fileKey: "0xa631592588ff51c4ae033d227c3a1e3a",
  nonce: "0xba9e9fe82f057466d71bfc2d5715c951",
  header:
    "age-encryption.org/v1\n-> X25519 H56vBmrfz+nbw4kKUcj0PDuzA5uMv4vF/FgJxBK783o\n5FEyZLxGuwPVPwH3/TmrrtNC5osWYqTyH/BvveJL35E\n--- evJMzPa3Ed7NpVs9vQ7ztrlMNE04/SSYMNrc+3eCrKE\n",
};

export const envelope = {
  json,
  fileKey: Buffer.from(json.fileKey.slice(2), "hex"),
  nonce: Buffer.from(json.nonce.slice(2), "hex"),
  header: Buffer.from(json.header),
};
